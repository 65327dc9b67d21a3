"""Every strategy, benchmark and optimiser: decisions, properties, and blindness to the future."""

from dataclasses import replace

import numpy as np
import pytest
from tests.trading.strategies.grids import SECTORS, make_history, make_signals, with_other_future

from vn30_training.trading.optimisers.registry import OPTIMISERS
from vn30_training.trading.plan import TopkDropout
from vn30_training.trading.rebalancing import decision_rows
from vn30_training.trading.strategies.registry import (
    BENCHMARKS,
    PRESETS,
    STRATEGIES,
    make_strategy,
)

CAPS = {"stock": 0.2, "sector": 0.5}
ALL = {
    **{name: (name, {}) for name in [*STRATEGIES, *BENCHMARKS, *PRESETS]},
    **{
        f"optimised by {name}": ("optimised", {"optimiser": name})
        for name in OPTIMISERS
        if name not in PRESETS
    },
    "in few": ("optimised", {"optimiser": "hrp", "best": 6}),
}


def wanted(case, signals, history, frequency="weekly"):
    name, options = ALL[case]
    if "topk" not in name:
        options = {**options, "caps": CAPS}
    rows = decision_rows(signals.dates, frequency)
    decided = make_strategy(name, options).decide(signals, history, rows)
    is_rule = isinstance(decided.plan, TopkDropout)
    return (decided.plan.scores if is_rule else decided.plan.weights), decided.notes


@pytest.mark.parametrize("case", ALL)
def test_the_future_changes_no_decision_of_the_past(case):
    history = make_history()
    signals = make_signals()
    before, notes = wanted(case, signals, history)
    cut = 75
    after, later_notes = wanted(case, *with_other_future(history, signals, cut)[::-1])
    np.testing.assert_array_equal(before[: cut + 1], after[: cut + 1])
    moved = not np.array_equal(before[cut + 1 :], after[cut + 1 :], equal_nan=True)
    assert moved or case == "buy_and_hold"
    early = [note for note in notes if note.date <= signals.dates[cut]]
    assert early == [note for note in later_notes if note.date <= signals.dates[cut]]


@pytest.mark.parametrize("case", ALL)
def test_without_the_future_the_same_is_decided(case):
    history, signals = make_history(), make_signals()
    fields = ("dates", "score", "y_pred", "p_up", "quantiles", "member")
    short = replace(signals, **{name: getattr(signals, name)[:60] for name in fields})
    whole, _ = wanted(case, signals, history)
    np.testing.assert_array_equal(wanted(case, short, history.until(280 + 59))[0], whole[:60])


@pytest.mark.parametrize("case", [case for case in ALL if "topk" not in case])
def test_weights_are_those_of_a_portfolio_within_its_caps(case):
    history, signals = make_history(), make_signals()
    weights, _ = wanted(case, signals, history)
    decided = ~np.isnan(weights).any(axis=1)
    assert decided.any()
    assert not decided[:10].any()
    assert not (decided & ~decision_rows(signals.dates, "weekly")).any()
    w = weights[decided]
    assert (w >= 0).all()
    assert (w.sum(axis=1) <= 1 + 1e-9).all()
    assert (w <= 0.2 + 1e-9).all()
    for sector in "ABC":
        assert (w[:, [s == sector for s in SECTORS]].sum(axis=1) <= 0.5 + 1e-9).all()
    assert (w[:, -1] == 0).all(), "the last stock is no member"


@pytest.mark.parametrize("case", ["threshold", "turnover_aware", "volatility_target"])
def test_the_same_is_decided_twice(case):
    history, signals = make_history(), make_signals()
    np.testing.assert_array_equal(
        wanted(case, signals, history)[0], wanted(case, signals, history)[0]
    )
