"""Limits of many sessions at once against the rules asked one by one."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from vn30_training.market.hose import load_rules
from vn30_training.market.sessions import expected_sessions
from vn30_training.trading.corporate_actions import Actions
from vn30_training.trading.price_limits import last_bar, long_suspended, session_limits

RULES = load_rules()


@given(arrays.arrays(np.int64, (8, 3), elements=st.integers(0, 4)))
def test_last_bar_is_the_newest_value_above_zero_before(values):
    found = last_bar(values)
    for (session, stock), value in np.ndenumerate(found):
        earlier = [price for price in values[:session, stock] if price > 0]
        assert value == (earlier[-1] if earlier else 0)


def test_without_a_bar_before_a_fraction_is_unknown():
    values = np.array([[np.nan, 1.5], [2.5, np.nan], [3.5, 4.5]])
    expected = [[np.nan, np.nan], [np.nan, 1.5], [2.5, 1.5]]
    np.testing.assert_array_equal(last_bar(values), expected)


@given(
    last=arrays.arrays(
        np.int64, (60, 2), elements=st.one_of(st.just(0), st.integers(2_000, 300_000))
    ),
    start=st.sampled_from(["2008-03-17", "2008-08-04", "2012-12-17", "2016-08-15"]),
)
def test_limits_equal_the_rules_of_each_day_around_changes(last, start):
    dates = expected_sessions(start, "2016-12-31")[:60]
    limits = session_limits(RULES, dates, last, np.ones_like(last, dtype=bool))
    assert (limits.reference == last).all()
    for (session, stock), price in np.ndenumerate(last):
        day = dates[session].astype(object)
        expected = (
            (RULES.ceiling(int(price), day), RULES.floor(int(price), day)) if price else (0, 0)
        )
        assert (limits.ceiling[session, stock], limits.floor[session, stock]) == expected


def test_shares_paid_from_the_treasury_widen_the_limit():
    dates = expected_sessions("2024-03-04", "2024-03-05")
    last = np.full((2, 1), 20_000)
    none, ratio = np.zeros((2, 1), dtype=np.int64), np.array([[0], [100_000]])
    actions = Actions(none, ratio, ratio, none, none, ratio > 0)
    limits = session_limits(RULES, dates, last, np.ones((2, 1), dtype=bool), actions)
    assert limits.reference[:, 0].tolist() == [20_000, 20_000]
    assert limits.ceiling[:, 0].tolist() == [21_400, 24_000]
    assert limits.floor[:, 0].tolist() == [18_600, 16_000]


def test_only_a_return_after_25_sessions_counts_as_a_long_suspension():
    dates = expected_sessions("2024-03-04", "2024-12-31")[:60]
    bars = np.ones((60, 3), dtype=bool)
    bars[10:34, 0] = bars[10:35, 1] = bars[:40, 2] = False
    back = long_suspended(RULES, dates, bars)
    assert np.argwhere(back).tolist() == [[35, 1]]
