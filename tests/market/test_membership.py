"""Dated membership and the panel that carries it."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vn30_training.market.membership import (
    build_panel,
    is_dated,
    member_mask,
    missing_members,
    read_members,
    undated,
)


def days(*texts):
    return pd.Series(pd.to_datetime(list(texts)).astype("datetime64[us]"))


def test_the_day_of_leaving_is_the_first_day_out(tmp_path):
    file = tmp_path / "members.csv"
    file.write_text("symbol,start_date,end_date\nFPT,2020-02-03,2020-08-03\nFPT,2021-02-01,\n")
    members = read_members(file)
    assert is_dated(members)
    dates = days("2020-01-31", "2020-02-03", "2020-07-31", "2020-08-03", "2021-02-01", "2030-01-01")
    mask = member_mask(pd.Series(["FPT"] * 6), dates, members)
    assert mask.tolist() == [False, True, True, False, True, True]


def test_other_names_of_columns_and_a_byte_order_mark(tmp_path):
    file = tmp_path / "universe.csv"
    file.write_bytes("\ufeffTicker,effective_from,effective_to\nfpt.vn,2020-02-03,\n".encode())
    members = read_members(file)
    assert members["symbol"].tolist() == ["FPT"]
    assert members["end_date"].isna().all()


def test_without_dates_everyone_was_always_in(tmp_path):
    file = tmp_path / "universe.csv"
    file.write_text("symbol\nFPT\nVCB\n")
    for members in (read_members(file), undated(["FPT", "VCB"])):
        assert not is_dated(members)
        mask = member_mask(pd.Series(["FPT", "AAA"]), days("2001-01-02", "2001-01-02"), members)
        assert mask.tolist() == [True, False]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name\nFPT\n", "no column 'symbol'"),
        ("symbol,start_date\nFPT,03/02/2020\n", "must be like 2025-08-04"),
        (
            "symbol,start_date,end_date\nFPT,2020-02-03,2020-02-03\n",
            "FPT would leave on 2020-02-03",
        ),
    ],
)
def test_files_that_say_nothing_usable_are_refused(tmp_path, text, message):
    file = tmp_path / "members.csv"
    file.write_text(text)
    with pytest.raises(ValueError, match=message):
        read_members(file)


@given(st.data())
def test_mask_equals_the_slow_one(data):
    day = st.integers(0, 40).map(lambda n: pd.Timestamp("2024-01-01") + pd.Timedelta(days=n))
    interval = st.tuples(st.sampled_from("ABC"), st.none() | day, st.none() | day)
    intervals = data.draw(st.lists(interval, max_size=6))
    rows = data.draw(st.lists(st.tuples(st.sampled_from("ABCD"), day), min_size=1, max_size=20))
    members = pd.DataFrame(intervals, columns=["symbol", "start_date", "end_date"])
    for column in ("start_date", "end_date"):
        members[column] = pd.to_datetime(members[column])
    frame = pd.DataFrame(rows, columns=["symbol", "date"])
    slow = [
        any(
            who == symbol and (start is None or start <= date) and (end is None or date < end)
            for who, start, end in intervals
        )
        for symbol, date in rows
    ]
    assert member_mask(frame["symbol"], frame["date"], members).tolist() == slow


@pytest.mark.real_data
def test_the_index_had_thirty_members_on_every_day(real_data):
    members = read_members(real_data / "constituents.csv")
    grid = pd.MultiIndex.from_product(
        [pd.date_range("2012-02-06", "2025-08-25"), members["symbol"].unique()],
        names=["date", "symbol"],
    ).to_frame(index=False)
    mask = member_mask(grid["symbol"], grid["date"], members)
    assert set(grid[mask].groupby("date").size()) == {30}


def prices(**closes):
    rows = [
        (symbol, pd.Timestamp(day), close)
        for symbol, series in closes.items()
        for day, close in series.items()
    ]
    frame = pd.DataFrame(rows, columns=["symbol", "date", "close"])
    return frame.assign(open=1.0, high=2.0, low=0.5, volume=100.0)


def test_panel_has_every_session_between_first_and_last_bar():
    dates = ["2025-08-20", "2025-08-21", "2025-08-22", "2025-08-25"]
    sessions = pd.DataFrame({"date": days(*dates, "2025-08-26"), "observed": [True] * 4 + [False]})
    given_prices = prices(
        BBB={"2025-08-21": 5.0, "2025-08-22": 6.0},
        AAA={"2025-08-20": 1.0, "2025-08-22": 3.0, "2025-08-23": 9.0, "2025-08-25": 4.0},
    )
    members = undated(["AAA"])
    panel = build_panel(given_prices, sessions, members, {"AAA": "Banks"})
    assert panel["symbol"].tolist() == ["AAA"] * 4 + ["BBB"] * 2
    assert panel["date"].astype(str).tolist() == [*dates, "2025-08-21", "2025-08-22"]
    np.testing.assert_array_equal(panel["close"], [1.0, np.nan, 3.0, 4.0, 5.0, 6.0])
    assert panel.loc[1, ["open", "high", "low", "close", "volume"]].isna().all()
    assert panel["member"].tolist() == [True] * 4 + [False] * 2
    assert panel["sector"].tolist() == ["Banks"] * 4 + ["Unknown"] * 2


def test_members_of_the_time_without_a_row_are_missing():
    day = pd.Timestamp
    members = pd.DataFrame(
        [
            ("FPT", day("2012-01-01"), pd.NaT),
            ("ROS", day("2018-01-01"), day("2020-08-03")),
            ("OGC", day("2012-01-01"), day("2015-07-14")),
            ("SSB", day("2021-08-02"), pd.NaT),
        ],
        columns=["symbol", "start_date", "end_date"],
    )
    dates = pd.to_datetime(["2016-01-04", "2021-06-30"])
    panel = pd.DataFrame({"symbol": ["FPT", "FPT"], "date": dates})
    assert missing_members(members, panel) == ["ROS"]
    assert missing_members(undated(["FPT"]), panel) == []
