"""Probability of backtest overfitting: is the best in sample any good out of sample."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any, Literal

import numpy as np
import pandas as pd

from vn30_training.evaluation.leaderboard import NAIVE_FAMILIES
from vn30_training.evaluation.rows import BOARD
from vn30_training.evaluation.statistics import Floats
from vn30_training.models.selection.overfitting import rank_of_best

Performance = Literal["mean", "sharpe"]

MIN_BLOCK_DAYS = 5
"""Blocks of less than a week hold little but the overlap of their neighbours' labels."""
COLUMNS = ["pbo", "configurations", "blocks", "n_days", "median_logit"]
_CHUNK = 2_048
_NO_SPREAD = 1e-12


@dataclass(frozen=True, slots=True)
class Overfitting:
    """How often the configuration that was best in one half is below the median of the other.

    Attributes
    ----------
    pbo
        Share of the combinations in which it is; NaN where the question cannot be asked.
    configurations, blocks, n_days
        What was compared: columns, blocks, and days in them.
    median_logit
        Median of ln(w / (1 - w)), w the relative rank out of sample of the best in sample; positive
        where it stays above the others.
    """

    pbo: float
    configurations: int
    blocks: int
    n_days: int
    median_logit: float


def probability_of_overfitting(
    returns: pd.DataFrame, blocks: int = 16, performance: Performance = "sharpe"
) -> Overfitting:
    """Estimate the probability that choosing the best of several configurations overfits.

    Combinatorially symmetric cross-validation: the days are cut into ``blocks`` blocks; each half
    of them is once the sample in which the best configuration is chosen, and the other half the
    one in which it is ranked. Bailey, Borwein, Lopez de Prado and Zhu, The Probability of Backtest
    Overfitting, Journal of Computational Finance 2017.

    Parameters
    ----------
    returns
        One row per day in order of time, one column per configuration. Days on which any is NaN
        are left out, and so are the earliest ones where the blocks do not divide the days.
    blocks
        Even number of blocks of equal length.
    performance
        What the best is chosen by: mean or Sharpe ratio, which is 0 where returns do not vary.

    Raises
    ------
    ValueError
        If ``blocks`` is odd or less than 2.
    """
    if blocks < 2 or blocks % 2:
        raise ValueError(f"blocks must be even and at least 2, not {blocks}")
    values = returns.dropna().to_numpy(dtype=np.float64)
    values = values[len(values) % blocks :]
    days, configurations = values.shape
    if configurations < 2 or days < MIN_BLOCK_DAYS * blocks:
        return Overfitting(float("nan"), configurations, blocks, days, float("nan"))
    logits = np.concatenate(list(_logits(values, blocks, performance)))
    return Overfitting(
        pbo=float((logits <= 0).mean()),
        configurations=configurations,
        blocks=blocks,
        n_days=days,
        median_logit=float(np.median(logits)),
    )


def overfitting_table(long_short: pd.DataFrame, blocks: int = 16) -> pd.DataFrame:
    """Ask of the models compared whether the best of them was luck.

    Floors are left out: nobody chooses among them, and one that is bad in all of time would lift
    every choice above the median, so that choosing between models of noise would look like skill.

    Parameters
    ----------
    long_short
        ``family, scope, date, long_short``: return of the top less the bottom group by day.
    blocks
        See `probability_of_overfitting`.

    Returns
    -------
    DataFrame
        One row of `Overfitting`, or none where days or models do not suffice.
    """
    models = long_short[~long_short["family"].isin(NAIVE_FAMILIES)]
    wide = models.pivot_table(
        index="date", columns=BOARD, values="long_short", observed=True
    ).sort_index()
    found = probability_of_overfitting(wide, blocks)
    records: list[dict[str, Any]] = [] if np.isnan(found.pbo) else [asdict(found)]
    return pd.DataFrame(records, columns=COLUMNS)


def _logits(values: Floats, blocks: int, performance: Performance) -> Iterator[Floats]:
    """Give the logit of each combination, a few thousand at a time to bound the memory."""
    cut = values.reshape(blocks, -1, values.shape[1])
    sums, squares = cut.sum(axis=1), (cut**2).sum(axis=1)
    half_days = len(values) // 2
    halves = np.array(list(combinations(range(blocks), blocks // 2)))
    for at in range(0, len(halves), _CHUNK):
        chosen = np.zeros((len(halves[at : at + _CHUNK]), blocks))
        np.put_along_axis(chosen, halves[at : at + _CHUNK], 1.0, axis=1)
        inside = _performance(chosen @ sums, chosen @ squares, half_days, performance)
        rest = 1.0 - chosen
        outside = _performance(rest @ sums, rest @ squares, half_days, performance)
        yield _logit_of_best(inside, outside)


def _performance(sums: Floats, squares: Floats, n: int, performance: Performance) -> Floats:
    """Return the mean or Sharpe ratio of ``n`` days from their sum and sum of squares."""
    mean = sums / n
    if performance == "mean":
        return mean
    variance = (squares - n * mean**2) / (n - 1)
    varies = variance > _NO_SPREAD * squares
    deviation = np.sqrt(variance, where=varies, out=np.ones_like(mean))
    return np.where(varies, mean / deviation, 0.0)


def _logit_of_best(inside: Floats, outside: Floats) -> Floats:
    share = rank_of_best(inside.T, outside.T) / (outside.shape[1] + 1)
    return np.asarray(np.log(share / (1 - share)))
