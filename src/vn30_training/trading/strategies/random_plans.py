"""What a strategy would do on forecasts handed to the stocks at random."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vn30_training.trading.plan import Plan, TopkDropout, Weights
from vn30_training.trading.signals_grid import Signals
from vn30_training.trading.strategies.base import Strategy
from vn30_training.trading.strategies.history import Bools, Floats, History
from vn30_training.trading.strategies.random_signals import random_scores


def random_plan(
    strategy: Strategy,
    signals: Signals,
    history: History,
    rows: Bools,
    count: int,
    seed: int = 0,
    first: int = 0,
) -> Plan:
    """Return many plans of a strategy that know nothing but turn over about as much.

    TopkDropout takes the random scores as they are; other strategies decide on each draw anew, so
    that a thousand draws take a thousand times as long as the strategy itself.

    Parameters
    ----------
    strategy, signals, history, rows
        As for `Strategy.decide`.
    count, seed, first
        As for `random_signals.random_scores`. Plans of weights take 8 bytes x count x T x N: go
        block by block.

    Returns
    -------
    Plan
        With scores or weights of shape (count, T, N).
    """
    plan = strategy.decide(signals, history, rows).plan
    if isinstance(plan, TopkDropout):
        drawn = random_scores(plan.scores, count, seed, first)
        return replace(plan, scores=drawn.astype(np.float64))
    real = np.where(rows[:, None] & signals.member, signals.score, np.nan)
    draws = (_handed_out(signals, real, drawn) for drawn in random_scores(real, count, seed, first))
    plans = (strategy.decide(one, history, rows).plan for one in draws)
    weights = [one.weights for one in plans if isinstance(one, Weights)]
    return replace(plan, weights=np.stack(weights))


def _handed_out(signals: Signals, real: Floats, drawn: NDArray[np.floating]) -> Signals:
    """Give each stock all forecasts of the one whose real score has the rank of its drawn one."""
    givers, takers = np.argsort(real, axis=1), np.argsort(drawn, axis=1)

    def handed(values: Floats) -> Floats:
        out = np.empty_like(values)
        np.put_along_axis(out, takers, np.take_along_axis(values, givers, axis=1), axis=1)
        return np.where(np.isfinite(real), out, np.nan)

    return replace(
        signals,
        score=handed(signals.score),
        y_pred=handed(signals.y_pred),
        p_up=handed(signals.p_up),
    )
