from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vn30_training.market.checks import bars as checks
from vn30_training.market.checks.findings import Findings


def one_symbol(rows, symbol="FPT"):
    table = pd.DataFrame(rows, columns=["open", "high", "low", "close", "volume"], dtype=float)
    days = pd.bdate_range("2024-01-02", periods=len(table))
    return table.assign(symbol=symbol, date=days, source_file="x.csv", source_row=table.index + 2)


SOUND = [[10, 11, 9, 10.5, 100]] * 200


def found(check, bars, *options):
    findings = Findings()
    check(bars, findings, *options)
    return findings.table()


@given(
    st.lists(st.floats(1, 1e6), min_size=4, max_size=4),
)
def test_order_is_broken_exactly_where_the_slow_definition_says(prices):
    o, h, low, c = prices
    table = found(checks.check_order, one_symbol([[o, h, low, c, 1]]), 1.0)
    slow = h < max(o, c, low) or low > min(o, c, h)
    if abs(h - max(o, c, low)) > 1e-6 * c and abs(low - min(o, c, h)) > 1e-6 * c:
        assert len(table) == slow


def test_a_tick_of_contradiction_is_told_but_never_an_error():
    bars = one_symbol([[10, 10.45, 9, 10.5, 100]] * 50)
    table = found(checks.check_order, bars, 0.005)
    assert set(table["code"]) == {"D006"}
    assert set(table["level"]) == {"warning"}


def test_missing_prices_contradict_nothing():
    bars = one_symbol([[np.nan, np.nan, np.nan, 10, 100], [np.nan, 11, 9, 10, 100]])
    assert found(checks.check_order, bars, 0.005).empty


@pytest.mark.parametrize(
    ("day", "limit"), [("2012-06-01", 0.05), ("2013-01-15", 0.07), ("1999-01-01", 0.02)]
)
def test_limits_are_those_of_the_day(day, limit):
    assert checks.price_limits(pd.Series([pd.Timestamp(day)])).tolist() == [limit]


def test_moves_are_judged_within_their_symbol_and_with_an_allowance():
    closes = [[1, 1, 1, close, 1] for close in (100, 107.4, 100, 92.4)]
    bars = pd.concat([one_symbol(closes), one_symbol([[1, 1, 1, 500, 1]], "VCB")])
    table = found(checks.check_limit, bars.reset_index(drop=True))
    assert table["detail"].tolist() == ["-7.60%"]
    assert table["source_row"].tolist() == [5]


def test_standstill_is_no_volume_or_a_repeated_bar():
    rows = [[10, 11, 9, 10.5, 100], [10, 11, 9, 10.5, 100], [10, 11, 9, 10.5, 0], [9, 9, 9, 9, 5]]
    bars = pd.concat([one_symbol(rows), one_symbol(rows[3:], "VCB")], ignore_index=True)
    table = found(checks.check_standstill, bars)
    assert table["detail"].tolist() == ["repeats the day before", "no volume"]


def test_closes_without_volume_are_frozen_after_ten_days():
    bars = one_symbol([[np.nan, np.nan, np.nan, 10, np.nan]] * 12)
    assert len(found(checks.check_standstill, bars)) == 2


def test_shared_bars_name_both_symbols():
    bars = pd.concat([one_symbol(SOUND[:5]), one_symbol(SOUND[:5], "VCB")], ignore_index=True)
    table = found(checks.check_shared, bars)
    assert table["symbol"].value_counts().to_dict() == {"FPT": 5, "VCB": 5}
    assert set(table["detail"]) == {"the same bar in FPT and VCB"}
    assert found(checks.check_shared, bars.drop(index=4)).empty


def test_issues_are_one_per_symbol_code_and_level():
    findings = Findings()
    bars = one_symbol(SOUND)
    findings.flag("D009", bars[:7], "no volume")
    findings.flag("D006", bars[:1], "bad", "error")
    first, second = findings.issues()
    assert (first.code, first.level, first.row, first.date) == ("D006", "error", 2, "2024-01-02")
    assert first.message == "1 day: 2024-01-02 bad."
    assert second.message.startswith("7 days: ")
    assert second.file == "x.csv"
    assert date.fromisoformat(second.date)
