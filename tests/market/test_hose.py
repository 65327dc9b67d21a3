"""The exchange's rules before and after each change, and against real bars."""

from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vn30_training.market.hose import load_rules

RULES = load_rules()
TODAY = date(2025, 8, 25)


@pytest.mark.parametrize(
    ("changed", "before", "after"),
    [
        (date(2001, 6, 13), 2, 7),
        (date(2001, 10, 15), 7, 2),
        (date(2002, 8, 1), 2, 3),
        (date(2002, 12, 23), 3, 5),
        (date(2008, 3, 27), 5, 1),
        (date(2008, 4, 7), 1, 2),
        (date(2008, 6, 19), 2, 3),
        (date(2008, 8, 18), 3, 5),
        (date(2013, 1, 15), 5, 7),
    ],
)
def test_price_limit_around_each_change(changed, before, after):
    assert RULES.price_limit(changed - timedelta(days=1)) == before
    assert RULES.price_limit(changed) == after


@pytest.mark.parametrize(
    ("price", "before", "after"),
    [
        (9_990, 100, 10),
        (10_000, 100, 50),
        (49_950, 100, 50),
        (50_000, 500, 100),
        (100_000, 1000, 100),
    ],
)
def test_tick_around_its_change(price, before, after):
    assert RULES.tick(price, date(2016, 9, 11)) == before
    assert RULES.tick(price, date(2016, 9, 12)) == after


def test_lots_orders_and_odd_lots_around_their_changes():
    assert RULES.board_lot(date(2001, 10, 14)) == 100
    assert RULES.board_lot(date(2001, 10, 15)) == 10
    assert RULES.board_lot(date(2021, 1, 3)) == 10
    assert RULES.board_lot(date(2021, 1, 4)) == 100
    assert RULES.max_order(date(2016, 9, 11)) == 19_990
    assert RULES.max_order(date(2016, 9, 12)) == 500_000
    assert not RULES.odd_lots(date(2022, 9, 11))
    assert RULES.odd_lots(date(2022, 9, 12))


@pytest.mark.parametrize(
    ("day", "at_open", "at_close"),
    [
        (date(2012, 9, 3), 4, 4),
        (date(2012, 9, 4), 3, 3),
        (date(2016, 1, 1), 3, 3),
        (date(2022, 8, 28), 3, 3),
        (date(2022, 8, 29), 3, 2),
    ],
)
def test_shortest_holding_around_each_change_of_settlement(day, at_open, at_close):
    assert RULES.min_holding(day, "open") == at_open
    assert RULES.min_holding(day, "close") == at_close


def test_costs_and_hours():
    assert RULES.sell_tax(date(2015, 1, 1)) == RULES.sell_tax(TODAY) == 0.1
    assert RULES.broker_fee(date(2011, 12, 31)) == 0.35
    assert RULES.broker_fee(date(2012, 1, 1)) == RULES.broker_fee(TODAY) == 0.15
    assert RULES.dividend_tax(date(2015, 1, 1)) == RULES.dividend_tax(TODAY) == 5
    assert RULES.hours(date(2012, 3, 4))["closing_auction"] == [["10:30", "10:45"]]
    assert RULES.hours(date(2012, 3, 5))["closing_auction"] == [["13:45", "14:00"]]
    assert RULES.hours(date(2013, 7, 21))["closing_auction"] == [["13:45", "14:00"]]
    assert RULES.hours(date(2013, 7, 22))["closing_auction"] == [["14:30", "14:45"]]


@pytest.mark.parametrize(
    ("reference", "ceiling", "floor"),
    [
        (27_850, 29_750, 25_950),
        (10_000, 10_700, 9_300),
        (9_350, 10_000, 8_700),
        (46_750, 50_000, 43_500),
        (98_800, 105_700, 91_900),
    ],
)
def test_limits_of_known_references(reference, ceiling, floor):
    assert RULES.ceiling(reference, TODAY) == ceiling
    assert RULES.floor(reference, TODAY) == floor


def test_first_day_has_the_wider_limit():
    assert RULES.ceiling(20_000, TODAY, special=True) == 24_000
    assert RULES.floor(20_000, TODAY, special=True) == 16_000


def slow_limits(reference, day):
    """The rule by fractions and by walking the ticks."""
    percent = RULES.price_limit(day)
    high = Fraction(reference * (100 + percent), 100)
    low = Fraction(reference * (100 - percent), 100)
    ceiling, floor = int(high), -int(-low // 1)
    while ceiling % RULES.tick(int(high), day):
        ceiling -= 1
    while floor % RULES.tick(int(low), day):
        floor += 1
    tick = RULES.tick(reference, day)
    if ceiling <= reference:
        ceiling = reference - reference % tick + tick
    if floor >= reference:
        floor = reference - (reference % tick or tick)
    return ceiling, floor


@given(
    reference=st.integers(1_000, 200_000),
    day=st.sampled_from([date(2005, 1, 4), date(2012, 5, 4), date(2014, 5, 5), TODAY]),
)
def test_limits_equal_the_slow_ones_and_hold_the_reference(reference, day):
    ceiling, floor = RULES.limits(reference, day)
    assert (ceiling, floor) == slow_limits(reference, day)
    on_tick = reference % RULES.tick(reference, day) == 0
    assert not on_tick or floor <= reference <= ceiling


def test_many_references_at_once_equal_one_by_one():
    references = np.arange(5_000, 120_000, 37)
    ceiling, floor = RULES.limits(references, TODAY)
    assert ceiling.dtype == np.int64
    assert ceiling.tolist() == [RULES.ceiling(int(price), TODAY) for price in references]
    assert floor.tolist() == [RULES.floor(int(price), TODAY) for price in references]


@pytest.mark.parametrize("reference", [27_850.5, 0, -100])
def test_references_that_are_no_prices_are_refused(reference):
    with pytest.raises(ValueError, match="whole VND above zero"):
        RULES.limits(reference, TODAY)


@pytest.mark.parametrize("rule", ["sell_tax", "dividend_tax"])
def test_days_before_a_table_are_refused(rule):
    with pytest.raises(ValueError, match=f"No {rule} is known before 2015-01-01"):
        getattr(RULES, rule)(date(2014, 12, 31))


def test_low_prices_can_move_by_a_tick():
    """One per cent of 5,000 is less than the tick of 100 then."""
    assert RULES.ceiling(5_000, date(2008, 4, 1)) == 5_100
    assert RULES.floor(5_000, date(2008, 4, 1)) == 4_900
    assert RULES.ceiling(1_900, date(2012, 5, 4)) == 2_000


@given(
    reference=st.integers(10**9, 2 * 10**11),
    parts=st.integers(10**6, 4 * 10**6),
    day=st.sampled_from([date(2005, 1, 4), date(2014, 5, 5), TODAY]),
)
def test_limits_of_fractions_equal_those_in_fractions(reference, parts, day):
    exact = Fraction(reference, parts)
    ceiling, floor = RULES.limits(reference, day, parts=parts)
    percent = RULES.price_limit(day)
    high, low = exact * (100 + percent) / 100, exact * (100 - percent) / 100
    up, down, step = (RULES.tick(int(price), day) for price in (high, low, exact))
    in_band = high // up * up, -(-low // down) * down
    assert ceiling == (in_band[0] if in_band[0] > exact else exact // step * step + step)
    assert floor == (in_band[1] if in_band[1] < exact else -(-exact // step) * step - step)


def test_settlement_of_cash_and_tax_on_bonus_shares():
    assert RULES.cash_settlement(date(2022, 8, 28)).holding("close") == 3
    assert RULES.cash_settlement(date(2022, 8, 29)).holding("close") == 2
    assert RULES.cash_settlement(date(2022, 8, 29)).holding("open") == 3
    assert RULES.bonus_tax(date(2020, 12, 4)).percent == 0
    assert (RULES.bonus_tax(TODAY).percent, RULES.bonus_tax(TODAY).par) == (5, 10_000)
    assert RULES.suspension(TODAY) == 25
    assert RULES.price_unit(TODAY).per_quoted == 1


@pytest.mark.parametrize("market", ["hose", "nifty", "frictionless"])
def test_every_market_has_every_table(market):
    rules = load_rules(market)
    assert set(rules.tables) == set(RULES.tables)
    assert all(row.source for rows in rules.tables.values() for row in rows)


def test_another_market_has_its_own_numbers():
    nifty, free = load_rules("nifty"), load_rules("frictionless")
    assert nifty.price_unit(TODAY).per_quoted == 100
    assert (nifty.tick(30_000, date(2024, 6, 9)), nifty.tick(20_000, date(2024, 6, 9))) == (5, 5)
    assert (nifty.tick(30_000, date(2024, 6, 10)), nifty.tick(20_000, date(2024, 6, 10))) == (5, 1)
    assert nifty.min_holding(date(2023, 1, 26)) == 2
    assert nifty.min_holding(date(2023, 1, 27)) == 1
    assert nifty.limits(50_005, TODAY) == (60_005, 40_005)
    assert free.limits(50_005, TODAY) == (5_050_505, 0)


def test_every_row_says_where_it_was_found_and_how_sure_it_is():
    rows = [row for table in RULES.tables.values() for row in table]
    assert all(row.source and row.confidence in "HML" for row in rows)


@pytest.mark.real_data
def test_bars_as_traded_keep_within_the_limits(real_data):
    """Ordinary days of FPT and VNM since 2017: jumps at ex-dates are no trades against the rule."""
    for symbol in ("FPT", "VNM", "VCB"):
        bars = pd.read_csv(real_data / "ohlcv_raw" / f"{symbol}.csv", parse_dates=["date"])
        bars = bars[(bars["date"] >= "2017-01-01") & (bars["close"] > 0)]
        prices = (bars[["high", "low", "close"]] * 1000).round().astype(int)
        reference = prices["close"].shift().iloc[1:].astype(int)
        ceiling, floor = RULES.limits(reference, TODAY)
        high, low = prices["high"].iloc[1:], prices["low"].iloc[1:]
        gap = bars["close"].pct_change() - bars["close_adjusted"].pct_change()
        ordinary = (gap.abs() < 0.005).iloc[1:]
        assert ordinary.mean() > 0.9
        assert (high <= ceiling)[ordinary].mean() > 0.999
        assert (low >= floor)[ordinary].mean() > 0.999
        assert (high == ceiling)[ordinary].sum() > 5
