"""The compiled exchange against a ledger written apart, to the dong and the order."""

import numpy as np
import pandas as pd
import pytest
from tests.trading.ledger import BestLedger, Ledger
from tests.trading.markets import random_bars, random_weights

from vn30_training.trading.plan import Stops, TopkDropout, Weights
from vn30_training.trading.profiles import PROFILES
from vn30_training.trading.reasons import REASONS
from vn30_training.trading.simulation import simulate

CAPITAL = 200_000_000
SERIES = ("fees", "taxes", "slippage", "dividends", "turnover")
STOPS = (Stops(), Stops(0.05, 0.15), Stops(loss=0.03), Stops(profit=0.02))


def compare(bars, plan, profile, capital=CAPITAL):
    simulation = simulate(bars, plan, profile, capital, shares=True, fills=True)
    kind, signals = (
        (Ledger, plan.weights) if isinstance(plan, Weights) else (BestLedger, plan.scores)
    )
    for s, signal in enumerate(signals):
        ledger = kind(bars, profile, capital, plan).run(signal)
        assert simulation.nav[s].tolist() == ledger.nav
        assert simulation.shares[s].tolist() == ledger.shares
        assert simulation.stops[s].tolist() == ledger.stops
        for name in SERIES:
            assert getattr(simulation, name)[s].tolist() == [day[name] for day in ledger.sums]
        ours = simulation.fills[simulation.fills["plan"] == s].drop(columns=["plan", "kind"])
        ours = ours.astype({"symbol": str, "side": str, "reason": str}).reset_index(drop=True)
        if ledger.orders:
            pd.testing.assert_frame_equal(ours, pd.DataFrame(ledger.orders), check_dtype=False)
    return simulation


@pytest.mark.parametrize("at", ["open", "close"])
@pytest.mark.parametrize("seed", range(10))
def test_all_rules_together_agree_to_the_dong(seed, at):
    bars = random_bars(seed)
    weights = random_weights(seed, (4, *bars.close.shape))
    plan = Weights(weights, max_weight=0.4, patience=seed % 4, stops=STOPS[seed % 4])
    profile = PROFILES["hose"].model_copy(update={"at": at, "participation": 0.2})
    compare(bars, plan, profile)


@pytest.mark.parametrize("at", ["open", "close"])
@pytest.mark.parametrize("seed", range(10))
def test_the_best_of_scores_agree_to_the_dong(seed, at):
    bars = random_bars(seed)
    rng = np.random.default_rng(seed)
    scores = rng.normal(size=(3, *bars.close.shape)).cumsum(axis=1)
    scores[rng.random(scores.shape) < 0.1] = np.nan
    scores[rng.random(scores.shape[:2]) < 0.3] = np.nan
    plan = TopkDropout(
        scores,
        topk=2 + seed % 3,
        n_drop=1 + seed % 2,
        hold_thresh=seed % 4,
        max_weight=0.4,
        patience=seed % 4,
        stops=STOPS[seed % 4],
    )
    profile = PROFILES["hose"].model_copy(update={"at": at, "participation": 0.2})
    assert len(compare(bars, plan, profile).fills) > 50


@pytest.mark.parametrize("name", ["fees_only", "frictionless"])
def test_profiles_without_rules_agree_to_the_dong(name):
    bars = random_bars(100)
    compare(bars, Weights(random_weights(1, (4, *bars.close.shape))), PROFILES[name])


@pytest.mark.parametrize(
    "changes",
    [
        {"slippage_ticks": 0},
        {"impact": 0},
        {"participation": None},
        {"lots": False},
        {"limits": False},
        {"settlement": "none"},
        {"fee_ppm": 3500, "min_fee": 10_000},
        {"sell_tax": False, "dividend_tax": False},
    ],
)
def test_each_rule_switched_off_agrees_to_the_dong(changes):
    bars = random_bars(200)
    weights = random_weights(2, (3, *bars.close.shape), silent=0.2)
    compare(
        bars, Weights(weights, stops=Stops(0.05, 0.1)), PROFILES["hose"].model_copy(update=changes)
    )


def test_the_random_markets_make_every_reason_happen():
    counts = np.zeros((2, len(REASONS)), dtype=int)
    stops = np.zeros(4, dtype=int)
    for seed in range(6):
        bars = random_bars(seed)
        plan = Weights(random_weights(seed, (4, *bars.close.shape)), stops=Stops(0.05, 0.05))
        simulation = simulate(bars, plan, PROFILES["hose"], CAPITAL)
        counts += simulation.unfilled.sum(axis=0)
        stops += simulation.stops.sum(axis=0)
    impossible = np.zeros((2, len(REASONS)), dtype=bool)
    impossible[:, 0] = impossible[0, [4, 5]] = impossible[1, [3, 8]] = True
    assert ((counts > 0) == ~impossible).all(), counts
    assert (stops > 0).all(), stops
