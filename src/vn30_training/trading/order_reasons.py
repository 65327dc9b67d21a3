"""Why a stock is bought, sold or kept, in words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vn30_training.trading.bars import Bools, Ints
from vn30_training.trading.engine.dropout import LEAVES, Dropout, choose
from vn30_training.trading.plan import Floats, Plan, TopkDropout, Weights
from vn30_training.trading.simulation import rules_of


def wishes(plan: Plan) -> Floats:
    """Return the one row of weights or scores of a plan, shape (N,)."""
    return np.asarray((plan.weights if isinstance(plan, Weights) else plan.scores)[0])


def whys(plan: Plan, shares: Ints, held: Floats, ranks: Sequence[float], tried: Bools) -> list[str]:
    """Return a phrase for each of N stocks.

    Parameters
    ----------
    plan
        Of one row, what was decided.
    shares, held
        What is owned, and in shares of NAV, shape (N,).
    ranks
        Places by score, 1 the best; NaN without a forecast.
    tried
        Whether there is an order, or would be if it could be filled, shape (N,).
    """
    row = wishes(plan)
    if np.isnan(row).all():
        return ["nothing is decided today"] * row.size
    if isinstance(plan, Weights):
        pairs = zip(row, held, strict=True)
        return [f"{want:.1%} of NAV wanted, {own:.1%} held" for want, own in pairs]
    return _of_dropout(plan, shares > 0, ranks, tried)


def _leaving(row: Floats, held: Bools, rule: Dropout) -> Bools:
    """Mark the holdings that TopkDropout would exchange, shape (N,)."""
    newcomers, fate, able = (np.ones(row.size, dtype=np.int64) for _ in range(3))
    choose(row, held.astype(np.int64), able, rule, newcomers, fate)
    return np.asarray(fate == LEAVES)


def _of_dropout(plan: TopkDropout, held: Bools, ranks: Sequence[float], tried: Bools) -> list[str]:
    row, rule = wishes(plan), next(rules_of(plan))
    drop = _leaving(row, held, rule)
    phrases = []
    for n, rank in enumerate(ranks):
        stand = "not among those that may be held" if np.isnan(row[n]) else f"rank {rank:.0f}"
        if drop[n]:
            act = "makes room" if tried[n] else "would make room, but is too new or not settled"
        else:
            act = "stays" if held[n] else f"joins the {rule.topk} held"
        phrases.append(f"{stand}: {act}")
    return phrases
