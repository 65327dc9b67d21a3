import numpy as np
import pytest
from tests.trading.strategies.grids import make_history, make_signals

from vn30_training.trading.rebalancing import decision_rows
from vn30_training.trading.strategies.random_plans import _handed_out, random_plan
from vn30_training.trading.strategies.registry import make_strategy


@pytest.fixture(scope="module")
def market():
    signals = make_signals()
    return signals, make_history(), decision_rows(signals.dates, "daily")


def grid(plan):
    return plan.scores if hasattr(plan, "scores") else plan.weights


@pytest.mark.parametrize("name", ["topk_5", "threshold_return", "score_rank"])
def test_random_plans_decide_when_the_strategy_does(market, name):
    strategy = make_strategy(name)
    own = grid(strategy.decide(*market).plan)
    drawn = grid(random_plan(strategy, *market, count=4, seed=2))
    assert drawn.shape == (4, *own.shape)
    assert np.isnan(drawn[:, :10]).all()
    assert not np.array_equal(drawn[0], drawn[1], equal_nan=True)
    blocks = [grid(random_plan(strategy, *market, count=2, seed=2, first=i)) for i in (0, 2)]
    np.testing.assert_array_equal(np.concatenate(blocks), drawn)


def test_random_plans_are_invested_and_turn_over_about_as_much(market):
    strategy = make_strategy("score_rank")
    own = grid(strategy.decide(*market).plan)[10:]
    drawn = grid(random_plan(strategy, *market, count=30))[:, 10:]
    turnover = np.abs(np.diff(own, axis=0)).sum(axis=1).mean()
    random_turnover = np.abs(np.diff(drawn, axis=1)).sum(axis=2).mean()
    assert random_turnover == pytest.approx(turnover, rel=0.05)
    assert drawn.sum(axis=2).mean() == pytest.approx(own.sum(axis=1).mean(), rel=0.02)


def test_all_forecasts_of_a_stock_are_handed_on_together(market):
    signals, _, rows = market
    real = np.where(rows[:, None] & signals.member, signals.score, np.nan)
    drawn = np.where(np.isfinite(real), np.random.default_rng(0).random(real.shape), np.nan)
    handed = _handed_out(signals, real, drawn)
    known = np.isfinite(real)
    np.testing.assert_allclose(handed.y_pred[known], 0.01 * handed.score[known])
    order = np.argsort(drawn, axis=1)
    in_order = np.take_along_axis(handed.score, order, axis=1)[10:, :11]
    np.testing.assert_array_equal(in_order, np.sort(real, axis=1)[10:, :11])
