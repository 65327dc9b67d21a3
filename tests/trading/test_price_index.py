"""An index as a benchmark: read as it is, refused by row, and worth what its levels say."""

import numpy as np
import pandas as pd
import pytest

from vn30_training.market.issues import DataError
from vn30_training.trading.price_index import index_days, index_nav, read_index

DATES = pd.bdate_range("2024-01-02", "2024-01-31").to_numpy().astype("datetime64[D]")
ROWS = [f"{day},{1000 + place}.5" for place, day in enumerate(DATES)]


def read(tmp_path, rows, dates=DATES, head="date,close"):
    path = tmp_path / "index.csv"
    path.write_text("\n".join([head, *rows]) + "\n")
    return read_index(path, dates)


def found(tmp_path, rows, **how):
    with pytest.raises(DataError) as caught:
        read(tmp_path, rows, **how)
    assert {one.file for one in caught.value.issues} == {"index.csv"}
    return caught.value.issues


def test_levels_are_read_in_any_order_and_other_columns_passed_over(tmp_path):
    rows = [f"VN30,{row},9" for row in reversed(ROWS)]
    index = read(tmp_path, rows, head="symbol,Date,Close,volume")
    assert index["date"].tolist() == [pd.Timestamp(day) for day in DATES]
    assert index["close"].tolist() == [1000.5 + place for place in range(len(DATES))]


@pytest.mark.parametrize(
    ("row", "code", "words"),
    [
        ("01/02/2024,1000", "D041", "date is '01/02/2024'"),
        (",1000", "D041", "date is 'empty'"),
        (f"{DATES[3]},1003.5", "D041", f"{DATES[3]} has a row before this one"),
        ("2024-02-01,0", "D042", "close is '0'"),
        ("2024-02-01,-5", "D042", "close is '-5'"),
        ("2024-02-01,", "D042", "close is 'empty'"),
        ('2024-02-01,"1,210.5"', "D042", "close is '1,210.5'"),
        ("2024-02-01,nan", "D042", "close is 'nan'"),
    ],
)
def test_a_wrong_row_is_told_with_its_line(tmp_path, row, code, words):
    (one,) = found(tmp_path, [*ROWS, row])
    assert (one.code, one.row) == (code, len(ROWS) + 2)
    assert words in one.message


def test_all_wrong_rows_are_told_at_once(tmp_path):
    issues = found(tmp_path, [*ROWS, "x,y", "2024-02-01,0"])
    assert [(one.code, one.row) for one in issues] == [
        ("D041", len(ROWS) + 2),
        ("D042", len(ROWS) + 2),
        ("D042", len(ROWS) + 3),
    ]


@pytest.mark.parametrize(
    ("rows", "row", "words"),
    [
        (ROWS[1:], 2, "begins on 2024-01-03; the first session traded is 2024-01-02"),
        (ROWS[:-6], len(ROWS) - 5, "no level from 2024-01-24 to 2024-01-31, 6 sessions"),
        (ROWS[:5] + ROWS[11:], 6, "no level from 2024-01-09 to 2024-01-16, 6 sessions"),
        (["2023-06-01,990"], 2, "no level from 2024-01-02 to 2024-01-31, 22 sessions"),
        ([], None, "It has no row"),
    ],
)
def test_sessions_that_are_traded_may_not_be_missing(tmp_path, rows, row, words):
    (one,) = found(tmp_path, rows)
    assert (one.code, one.row) == ("D043", row)
    assert words in one.message


def test_a_few_days_may_be_missing_and_more_may_be_there(tmp_path):
    rows = ["2023-12-29,990", *ROWS[1:5], *ROWS[10:-5], "2024-01-27,1"]
    assert len(read(tmp_path, rows)) == len(rows)


def test_the_index_in_money():
    dates = np.array(["2024-01-02", "2024-01-03", "2024-01-04"], "datetime64[D]")
    index = pd.Series([990.0, 1000.0, 1100.5], pd.to_datetime(["2023-12-29", *dates[[0, 2]]]))
    assert index_nav(index, dates, 10**9).tolist() == [10**9, 10**9, 1_100_500_000]
    with pytest.raises(ValueError, match="begins after"):
        index_nav(index[2:], dates, 10**9)


def test_its_days_cost_nothing_and_are_all_invested():
    index = pd.DataFrame({"date": pd.to_datetime(["2024-01-02", "2024-01-04"]), "close": [5.0, 6]})
    days = index_days(index, DATES[:4], 100)
    assert days["nav"].tolist() == [100, 100, 120, 120]
    assert set(days["strategy"]) == {"price_index"}
    nothing = ["cash", "fees", "taxes", "slippage", "dividends", "turnover"]
    assert (days[nothing] == 0).all(axis=None)
    assert (days["exposure"] == 1).all()


@pytest.mark.real_data
def test_the_real_index_is_read_as_it_is(real_data):
    index = read_index(real_data / "index/VN30.csv", _sessions(real_data))
    assert len(index) == 3_381
    assert index["close"].iloc[[0, -1]].tolist() == [447.47, 1783.12]


def _sessions(real_data):
    days = pd.read_csv(real_data / "ohlcv/FPT.csv", parse_dates=["date"])["date"]
    return days.to_numpy().astype("datetime64[D]")
