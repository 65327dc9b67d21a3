"""Luck that trades as much: what a strategy wishes, given to other stocks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.trading.markets import plain_bars
from tests.trading.strategies.grids import make_history, make_signals

from vn30_training.trading.plan import TopkDropout
from vn30_training.trading.profiles import PROFILES
from vn30_training.trading.rebalancing import decision_rows
from vn30_training.trading.simulation import simulate
from vn30_training.trading.strategies.random_plans import handed_on, random_plans
from vn30_training.trading.strategies.registry import make_strategy

SESSIONS, STOCKS = 400, 30


def takers_met(names, taking):
    """Return whose wishes each stock is given on one day, step by step."""
    givers = np.arange(len(names))
    for stock in np.flatnonzero(taking):
        giver = names[stock]
        while not taking[giver]:
            giver = names[giver]
        givers[stock] = giver
    return givers


@given(st.integers(0, 10_000), st.floats(0, 1))
def test_each_day_is_handed_on_whole_to_those_that_take_part(seed, share):
    rng = np.random.default_rng(seed)
    taking = rng.random((6, 9)) < share
    wishes = np.where(taking, rng.random((6, 9)), 0.0)
    (drawn,) = handed_on(wishes, taking, 1, seed)
    names = np.random.default_rng([seed, 0]).permutation(9)
    expected = [row[takers_met(names, day)] for row, day in zip(wishes, taking, strict=True)]
    np.testing.assert_array_equal(drawn, expected)
    np.testing.assert_array_equal(np.sort(drawn, axis=1), np.sort(wishes, axis=1))
    assert (drawn[~taking] == 0).all()


def test_a_stock_that_comes_moves_only_those_beside_it():
    taking = np.ones((2, 30), dtype=bool)
    taking[0, 7] = False
    wishes = np.tile(np.arange(30.0), (2, 1))
    before, after = handed_on(wishes, taking, 50, seed=3).swapaxes(0, 1)
    assert ((before != after).sum(axis=1) <= 2).all()


def test_blocks_are_together_the_same_as_all_at_once():
    wishes, taking = np.random.default_rng(0).random((5, 8)), np.ones((5, 8), dtype=bool)
    blocks = [handed_on(wishes, taking, 2, seed=1, first=first) for first in (0, 2)]
    whole = handed_on(wishes, taking, 4, seed=1)
    np.testing.assert_array_equal(np.concatenate(blocks), whole)
    assert len(np.unique(whole[:, 0], axis=0)) == 4


@pytest.mark.parametrize("name", ["topk_5", "threshold_return", "score_rank"])
def test_random_plans_decide_when_the_strategy_does_and_for_the_same_stocks(name):
    signals, history = make_signals(), make_history()
    rows = decision_rows(signals.dates, "weekly")
    allowed = signals.member & np.isfinite(signals.score)
    own = make_strategy(name).decide(signals, history, rows).plan
    many = random_plans(own, allowed, 5)
    own, drawn = (getattr(one, "scores", getattr(one, "weights", None)) for one in (own, many))
    assert drawn.shape == (5, *own.shape)
    np.testing.assert_array_equal(np.isnan(drawn), np.broadcast_to(np.isnan(own), drawn.shape))
    np.testing.assert_array_equal(np.sort(drawn), np.broadcast_to(np.sort(own), drawn.shape))
    assert (np.nan_to_num(drawn[:, ~allowed]) == 0).all()


@pytest.mark.parametrize(("memory", "noise"), [(0.0, 0.0), (0.9, 0.0), (0.999, 0.2)])
def test_they_turn_over_as_much_however_slowly_scores_change(memory, noise):
    rng = np.random.default_rng(5)
    closes = np.rint(20_000 * np.exp(rng.normal(0, 0.01, (SESSIONS, STOCKS)).cumsum(axis=0)))
    bars = plain_bars(closes.astype(np.int64))
    scores = rng.normal(size=(SESSIONS, STOCKS))
    for row in range(1, SESSIONS):
        scores[row] = memory * scores[row - 1] + np.sqrt(1 - memory**2) * scores[row]
    scores += noise * rng.normal(size=scores.shape)
    plan = TopkDropout(scores, topk=8, n_drop=2)
    many = random_plans(plan, np.isfinite(scores), 20)
    own, drawn = (simulate(bars, one, PROFILES["hose"], 10**9).turnover for one in (plan, many))
    assert np.median(drawn.sum(axis=1)) == pytest.approx(own.sum(), rel=0.05)
