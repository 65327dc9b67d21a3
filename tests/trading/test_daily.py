import numpy as np
import pandas as pd
import pytest
from tests.trading.days import bars_of

from vn30_training.trading.daily import daily_table, named_fills
from vn30_training.trading.performance import performance_table
from vn30_training.trading.plan import Weights
from vn30_training.trading.profiles import PROFILES
from vn30_training.trading.returns import STRATEGY, with_returns
from vn30_training.trading.simulation import simulate
from vn30_training.trading.trades import with_trades

SESSIONS, CAPITAL = 260, 10**10
PLANS = pd.DataFrame(
    [("lightgbm", "pooled", "topk", "daily"), ("ridge", "symbol", "topk", "weekly")],
    columns=list(STRATEGY),
    index=[7, 3],
)
BARS = bars_of(
    "ABC",
    SESSIONS,
    **dict.fromkeys(
        ("open", "high", "low", "close"),
        (30_000 * np.exp(np.random.default_rng(1).normal(0, 0.01, (SESSIONS, 3)).cumsum(axis=0)))
        .round()
        .astype(np.int64),
    ),
    volume=np.full((SESSIONS, 3), 10_000_000),
)


@pytest.fixture(scope="module")
def simulation():
    rng = np.random.default_rng(0)
    weights = np.full((2, SESSIONS, 3), np.nan)
    for plan, every in enumerate((1, 5)):
        weights[plan, ::every] = rng.dirichlet(np.ones(4), len(weights[plan, ::every]))[:, :3]
    profile = PROFILES["fees_only"].model_copy(update={"fee_ppm": 1_500})
    return simulate(BARS, Weights(weights), profile, CAPITAL, fills=True)


def test_every_plan_has_its_name_and_its_days(simulation):
    daily = daily_table(simulation, PLANS)
    assert len(daily) == 2 * SESSIONS
    for plan, (name, own) in enumerate(daily.groupby("family")):
        assert name == PLANS["family"].iloc[plan]
        for column in ("nav", "fees", "turnover", "exposure"):
            assert own[column].tolist() == getattr(simulation, column)[plan].tolist()
        assert (own["date"].to_numpy() == BARS.dates).all()
    with pytest.raises(ValueError, match="1 names were given for 2 plans"):
        daily_table(simulation, PLANS.iloc[:1])


def test_without_costs_the_same_shares_earn_the_gross_return(simulation):
    days = with_returns(daily_table(simulation, PLANS)).dropna(subset="net")
    change = np.diff(simulation.nav, axis=1) + simulation.fees[:, 1:]
    np.testing.assert_allclose(days["gross"], (change / simulation.nav[:, :-1]).ravel())
    assert days["fees"].sum() == pytest.approx(days["turnover"].sum() * 0.0015, rel=1e-6)


def test_a_simulation_is_judged_from_its_days_and_its_orders(simulation):
    daily, fills = daily_table(simulation, PLANS), named_fills(simulation.fills, PLANS)
    market = pd.Series(0.0, pd.DatetimeIndex(BARS.dates))
    table = performance_table(daily, market, {"count": 2, "excess_sharpe_variance": 0.0})
    table = with_trades(table, daily, fills, BARS).set_index("family")
    assert (table["trades"] > 0).all()
    assert (table["capacity"] > 0).all()
    np.testing.assert_allclose(table["excess_return"], table["sharpe"] * table["volatility"])
    assert table.loc["lightgbm", "turnover"] > table.loc["ridge", "turnover"] > 0
    np.testing.assert_allclose(table["fees_a_year"], table["turnover"] * 0.0015, rtol=0.01)
    assert (table["break_even_cost"] < 0.0015).equals(table["total_return"] < 0)
