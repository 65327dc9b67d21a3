"""TopkDropout: what it holds, what it changes, and what stops it."""

import numpy as np
import pytest
from tests.trading.markets import at, plain_bars, random_bars

from vn30_training.trading.plan import TopkDropout
from vn30_training.trading.profiles import PROFILES
from vn30_training.trading.simulation import simulate

FREE = PROFILES["frictionless"]
DEAL = FREE.model_copy(update={"sizing": "deal"})
FLAT = np.full((6, 5), 10_000)
CAPITAL = 10_000_000


def held(simulation):
    return [np.flatnonzero(row).tolist() for row in simulation.shares[0]]


def run(scores, profile=FREE, bars=None, **rules):
    rules = {"topk": 2, "n_drop": 1, "risk_degree": 1.0} | rules
    plan = TopkDropout(np.array(scores, dtype=float), **rules)
    return simulate(bars or plain_bars(FLAT), plan, profile, CAPITAL, shares=True, fills=True)


RISING = [
    [5, 4, 3, 2, 1],
    [5, 4, 3, 2, 1],
    [1, 4, 5, 3, 2],
    [1, 2, 5, 3, 4],
    [np.nan] * 5,
    [np.nan] * 5,
]


@pytest.mark.parametrize("profile", [FREE, DEAL])
def test_it_holds_the_best_and_changes_one_at_a_time(profile):
    simulation = run(RISING, profile)
    assert held(simulation) == [[], [0, 1], [0, 1], [1, 2], [2, 4], [2, 4]]
    assert (simulation.nav == CAPITAL).all()


def test_a_place_is_filled_with_an_equal_part_of_the_cash():
    simulation = run(RISING, n_drop=2)
    assert simulation.shares[0, 1].tolist() == [500, 500, 0, 0, 0]
    capped = run(RISING, n_drop=2, max_weight=0.2)
    assert capped.shares[0, 1].tolist() == [200, 200, 0, 0, 0]


def test_a_stock_younger_than_the_threshold_stays():
    scores = [[5, 4, 1, 1, 1], [1, 1, 5, 4, 1], [1, 1, 5, 4, 1], *[[np.nan] * 5] * 3]
    young = {"n_drop": 2, "hold_thresh": 2}
    assert held(run(scores, **young)) == [[], [0, 1], [0, 1], [2, 3], [2, 3], [2, 3]]
    # qlib counts places before it looks at the age, and so buys without a sale if it has cash.
    greedy = run(scores, DEAL, n_drop=2, hold_thresh=2, risk_degree=0.5)
    assert held(greedy)[2] == [0, 1, 2, 3]


def test_an_unsettled_stock_frees_no_place():
    scores = [[5, 4, 1, 1, 1], [1, 1, 5, 4, 1], [1, 1, 5, 4, 1], [1, 1, 5, 4, 1]]
    scores += [[1, 1, 5, 4, 1]] * 2
    wait = {"sellable_at_close": [2] * 6, "cash_at_close": [2] * 6}
    dated = FREE.model_copy(update={"settlement": "dated"})
    simulation = run(scores, dated, plain_bars(FLAT, **wait), n_drop=2)
    # Sold in the third session after the decision, bought again when that cash has settled.
    assert held(simulation) == [[], [0, 1], [0, 1], [], [], [2, 3]]
    assert (simulation.unfilled[0, 1] == 0).all()


def test_no_crumb_takes_a_place():
    scores = [[5, 4, 3, 1, 1], [1, 4, 3, 5, 1], [1, 4, 3, 5, 1], *[[np.nan] * 5] * 3]
    wait = {"sellable_at_close": [1] * 6, "cash_at_close": [1] * 6}
    dated = FREE.model_copy(update={"settlement": "dated"})
    simulation = run(scores, dated, plain_bars(FLAT, **wait), n_drop=2, risk_degree=0.9)
    bought = simulation.fills[simulation.fills["side"] == "buy"]
    assert (bought["filled"] == 0).any()
    assert (bought.loc[bought["filled"] > 0, "filled"] > 400).all()


def test_a_stock_without_a_score_is_sold_first_and_never_bought():
    scores = np.array(RISING)
    scores[2:4, 1] = np.nan
    assert [1 in row for row in held(run(scores))] == [False, True, True, False, False, False]


def test_a_stock_that_does_not_trade_is_passed_over():
    close = FLAT.copy()
    close[:2, 0] = 0
    bars = plain_bars(close)
    assert held(run(RISING, FREE, bars))[1] == [1, 2]
    # qlib chooses it, unless told not to, and buys nothing in its place.
    assert held(run(RISING, DEAL, bars))[1] == [1]
    assert held(run(RISING, DEAL, bars, only_tradable=True))[1] == [1, 2]


def test_a_suspended_holding_does_not_stop_the_others_from_changing():
    close = FLAT.copy()
    close[2:, 0] = 0
    scores = [[5, 4, 1, 1, 1], [np.nan, 4, 5, 1, 1], *[[np.nan, 1, 5, 4, 1]] * 4]
    assert held(run(scores, FREE, plain_bars(close))) == [[], [0, 1], [0, 1], *[[0, 2]] * 3]


def test_nothing_trades_at_a_limit_if_that_is_forbidden():
    limits = FREE.model_copy(update={"limits": True})
    bars = plain_bars(FLAT, ceiling=at((6, 5), (3, 0), 10_000))
    assert held(run(RISING, limits, bars, patience=0))[3] == [0, 1]
    free = run(RISING, limits, bars, patience=0, forbid_all_trade_at_limit=False)
    assert held(free)[3] == [1, 2]


def test_a_sweep_equals_its_parts():
    bars = random_bars(1)
    scores = np.random.default_rng(0).normal(size=bars.close.shape)
    topk, n_drop = np.array([1, 2, 3, 4]), np.array([1, 1, 2, 2])
    whole = simulate(bars, TopkDropout(scores, topk, n_drop, 2), PROFILES["hose"], 10**9)
    for s in range(4):
        plan = TopkDropout(scores, int(topk[s]), int(n_drop[s]), 2)
        part = simulate(bars, plan, PROFILES["hose"], 10**9)
        assert (part.nav[0] == whole.nav[s]).all()
    assert len({nav[-1] for nav in whole.nav}) == 4
