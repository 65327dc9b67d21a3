"""What a strategy wishes, handed on to other stocks: luck that trades as much."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vn30_training.trading.plan import Plan, Weights
from vn30_training.trading.strategies.history import Bools, Floats


def random_plans(plan: Plan, allowed: Bools, count: int, seed: int = 0, first: int = 0) -> Plan:
    """Return many plans that know nothing but turn over as much as a strategy's own.

    Parameters
    ----------
    plan
        Of one strategy: its scores or weights have the shape (T, N).
    allowed
        Stocks that weights may be given to, shape (T, N); scores go to the stocks that have one.
    count, seed, first
        As for `handed_on`.

    Returns
    -------
    Plan
        With scores or weights of shape (count, T, N).
    """
    if isinstance(plan, Weights):
        taking = allowed | (plan.weights > 0)
        return replace(plan, weights=handed_on(plan.weights, taking, count, seed, first))
    taking = np.isfinite(plan.scores)
    return replace(plan, scores=handed_on(plan.scores, taking, count, seed, first))


def handed_on(wishes: Floats, taking: Bools, count: int, seed: int = 0, first: int = 0) -> Floats:
    """Give each stock the wishes of another, the same one for as long as both take part.

    A draw exchanges the names of the stocks and nothing else. So what is wished of a day, and how
    long it is wished of a stock, stays as it was, and a strategy turns over as much, however slowly
    or oddly its wishes change. Where the stock named takes no part that day, the one that it is
    given takes its place, and so on: none is lost.

    Parameters
    ----------
    wishes
        Scores or weights as a strategy decides on them, shape (T, N); a row of NaN where nothing is
        decided.
    taking
        Stocks that take part, shape (T, N); the others keep what they have.
    count
        How many to draw. They take 8 bytes x count x T x N.
    seed
        Of the draw.
    first
        Number of the first: blocks ``first=0, count=100``, ``first=100, count=100``, ... are
        together the same as all at once.

    Returns
    -------
    ndarray
        Shape (count, T, N), each row that of ``wishes`` in another order.
    """
    out = np.empty((count, *wishes.shape))
    for number in range(count):
        names = np.random.default_rng([seed, first + number]).permutation(wishes.shape[1])
        out[number] = np.take_along_axis(wishes, _givers(names, taking), axis=1)
    return out


def _givers(names: NDArray[np.int64], taking: Bools) -> NDArray[np.int64]:
    """Return whose wishes each stock is given, shape (T, N): one that takes part for another.

    Following a permutation from a stock leads back to it: one that takes part is met on the way.
    """
    givers = np.broadcast_to(names, taking.shape)
    while True:
        absent = taking & ~np.take_along_axis(taking, givers, axis=1)
        if not absent.any():
            return np.where(taking, givers, np.arange(names.size))
        givers = np.where(absent, names[givers], givers)
