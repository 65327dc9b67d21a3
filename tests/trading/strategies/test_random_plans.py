"""Luck that trades as much: what a strategy wishes, given to other stocks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.trading.markets import plain_bars
from tests.trading.strategies.grids import make_history, make_signals

from vn30_training.trading.chance import beside_random
from vn30_training.trading.plan import TopkDropout, Weights
from vn30_training.trading.profiles import PROFILES
from vn30_training.trading.rebalancing import decision_rows
from vn30_training.trading.simulation import simulate
from vn30_training.trading.strategies.random_plans import handed_on, random_plans
from vn30_training.trading.strategies.registry import make_strategy

SESSIONS, STOCKS = 400, 30


def drawn_bars(rng, drift=0.0):
    returns = rng.normal(0, 0.01, (SESSIONS, STOCKS)) + drift
    return plain_bars(np.rint(20_000 * np.exp(returns.cumsum(axis=0))).astype(np.int64))


def slow_scores(rng, memory):
    scores = rng.normal(size=(SESSIONS, STOCKS))
    for row in range(1, SESSIONS):
        scores[row] = memory * scores[row - 1] + np.sqrt(1 - memory**2) * scores[row]
    return scores


def topk_dropout(scores):
    return TopkDropout(scores, topk=8, n_drop=2)


def best_eight(scores):
    """Weights of the eight best, decided once a week."""
    ranks = (-scores).argsort(axis=1).argsort(axis=1)
    weekly = (np.arange(SESSIONS) % 5 == 0)[:, None]
    return Weights(np.where(weekly, (ranks < 8) / 8, np.nan))


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
    bars = drawn_bars(rng)
    scores = slow_scores(rng, memory)
    scores += noise * rng.normal(size=scores.shape)
    plan = topk_dropout(scores)
    many = random_plans(plan, np.isfinite(scores), 20)
    own, drawn = (simulate(bars, one, PROFILES["hose"], 10**9).turnover for one in (plan, many))
    assert np.median(drawn.sum(axis=1)) == pytest.approx(own.sum(), rel=0.05)


@pytest.mark.parametrize("plan_of", [topk_dropout, best_eight])
def test_noise_beats_random_signals_no_oftener_than_luck(plan_of):
    rng = np.random.default_rng(11)
    # Stocks that are no members fall: who gave wishes to them would make any member look clever.
    allowed = np.ones((SESSIONS, STOCKS), dtype=bool)
    allowed[:200, 20:], allowed[200:, :10] = False, False
    bars = drawn_bars(rng, drift=np.where(allowed, 0.0, -0.003))
    found = []
    for _ in range(60):
        plan = plan_of(np.where(allowed, slow_scores(rng, 0.95), -np.inf))
        own = simulate(bars, plan, PROFILES["hose"], 10**9)
        luck = simulate(bars, random_plans(plan, allowed, 59), PROFILES["hose"], 10**9)
        beside = beside_random(own.nav[0], own.turnover[0], luck.nav, luck.turnover)
        found.append(beside["random_p"])
    # Of 60 draws at 5 % more than nine are low once in a thousand times.
    assert (np.array(found) <= 0.05).sum() <= 9
    assert 0.35 < np.mean(found) < 0.65
