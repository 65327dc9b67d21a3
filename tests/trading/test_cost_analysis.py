import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.trading.days import BY, CAPITAL, days_of, noise

from vn30_training.trading.cost_analysis import (
    break_even_cost,
    capacity,
    cost_figures,
    fee_sensitivity,
)
from vn30_training.trading.ratios import cagr, sharpe, total_return
from vn30_training.trading.returns import with_returns

DAYS = 250


def test_costs_add_up_and_are_told_as_a_share_of_nav_a_year():
    days = days_of(np.zeros(DAYS)).assign(fees=300, taxes=200, slippage=500)
    found = cost_figures(with_returns(days, BY))
    assert found["costs"] == found["fees"] + found["taxes"] + found["slippage"]
    assert found["fees"] == 300 * (DAYS + 1)
    assert found["fees_a_year"] == pytest.approx(300 / CAPITAL * 252)
    assert found["costs_a_year"] == pytest.approx(1_000 / CAPITAL * 252)


@given(st.integers(0, 10_000), st.floats(-0.002, 0.004))
def test_at_the_break_even_cost_the_benchmark_is_earned(seed, mean):
    gross, benchmark = noise(seed, DAYS, mean), noise(seed + 1, DAYS)
    traded = np.random.default_rng(seed).exponential(0.2, DAYS)
    for target in (benchmark, 0.0):
        cost = break_even_cost(gross, traded, target)
        left = gross - cost * traded
        assert total_return(left) == pytest.approx(
            total_return(np.broadcast_to(target, DAYS)), abs=1e-9
        )
        assert (cost > 0) == (total_return(gross) > total_return(np.broadcast_to(target, DAYS)))


def test_a_change_of_the_whole_portfolio_each_day_bears_the_daily_gain():
    cost = break_even_cost(np.full(50, 0.01), np.full(50, 2.0))
    assert cost == pytest.approx(0.005)


def test_a_dear_benchmark_takes_a_gift():
    cost = break_even_cost(np.full(50, 0.001), np.full(50, 0.001), np.full(50, 0.05))
    assert cost == pytest.approx(-49, rel=1e-9)


@pytest.mark.parametrize(
    ("gross", "traded"),
    [
        (noise(0, 50), np.zeros(50)),
        (noise(0, 9), np.ones(9)),
        (np.r_[noise(0, 50), -1.0], np.ones(51)),
        (np.full(50, np.nan), np.ones(50)),
        ([], []),
    ],
)
def test_no_trades_or_too_few_days_bear_no_cost(gross, traded):
    assert np.isnan(break_even_cost(gross, traded))


def test_capacity_is_where_orders_reach_the_limit():
    nav = np.full(100, 1e9)
    share_of_volume = np.full(100, 0.01)
    assert capacity(share_of_volume, nav, limit=0.1) == pytest.approx(1e10)
    assert capacity(share_of_volume / 2, nav, limit=0.1) == pytest.approx(2e10)
    few_large = np.where(np.arange(100) < 4, 0.5, share_of_volume)
    assert capacity(few_large, nav, limit=0.1) == pytest.approx(1e10)
    assert capacity(few_large, nav, limit=0.1, within=1.0) == pytest.approx(2e8)


def test_a_strategy_without_orders_has_no_capacity():
    assert np.isnan(capacity([], []))


def test_the_fee_that_was_paid_gives_back_the_strategy():
    traded = np.r_[0, np.full(DAYS, CAPITAL // 10)]
    days = days_of(noise(3, DAYS), turnover=traded, fees=traded * 15 // 10_000)
    net = with_returns(days, BY)["net"]
    table = fee_sensitivity(days, by=BY).set_index("fee")
    assert table.loc[0.0015, "cagr"] == pytest.approx(cagr(net), rel=1e-9)
    assert table.loc[0.0015, "sharpe"] == pytest.approx(sharpe(net), rel=1e-9)
    assert table["cagr"].is_monotonic_decreasing
    assert table.index.tolist() == [0.0010, 0.0015, 0.0035]


def test_who_does_not_trade_does_not_mind_the_fee():
    table = fee_sensitivity(days_of(noise(4, 60)), by=BY)
    assert np.ptp(table["cagr"]) == 0
