import numpy as np
import pandas as pd
from tests.trading.days import BY, CAPITAL, days_of, noise

from vn30_training.trading.returns import with_returns


def test_costs_and_trades_are_shares_of_the_nav_before():
    days = days_of([0.1, -0.5])
    days[["fees", "taxes", "slippage", "turnover"]] = [
        *([0, 0, 0, 0], [CAPITAL // 100, CAPITAL // 50, CAPITAL // 100, CAPITAL], [0, 0, 0, 0])
    ]
    found = with_returns(days, BY)
    np.testing.assert_allclose(found["net"], [np.nan, 0.1, -0.5])
    np.testing.assert_allclose(found["cost"], [np.nan, 0.04, 0.0])
    np.testing.assert_allclose(found["gross"], [np.nan, 0.14, -0.5])
    np.testing.assert_allclose(found["traded"], [np.nan, 1.0, 0.0])


def test_strategies_do_not_run_into_each_other_whatever_the_order_of_rows():
    daily = pd.concat([days_of(noise(1, 50), "b"), days_of(noise(2, 50), "a")])
    shuffled = daily.sample(frac=1, random_state=0)
    found = with_returns(shuffled, BY)
    pd.testing.assert_frame_equal(found, with_returns(daily, BY))
    first = found["strategy"] != found["strategy"].shift()
    assert found["net"].isna().tolist() == first.tolist()
    pd.testing.assert_frame_equal(shuffled, daily.sample(frac=1, random_state=0))


def test_nothing_is_earned_after_a_nav_of_nothing():
    days = days_of(np.zeros(3)).assign(nav=[100, 0, 0, 0])
    np.testing.assert_allclose(with_returns(days, BY)["net"], [np.nan, -1, np.nan, np.nan])
