"""Where returns fall in their forecast distributions: the probability integral transform.

A calibrated forecaster's PIT is uniform. Between and beyond the seven quantiles the distribution's
normal score moves in straight lines from level to level. Were the probability itself drawn in
straight lines, as suffices for the probability of a rise, a calibrated forecaster of normal returns
would have 10 % too little in one bin and 6 % too much in another.

Shares closed unchanged have a return of exactly zero, about one return in twenty, and would all
come to lie in one bin. The PIT of such an atom is spread evenly from the probability just below it
to that up to it (Czado, Gneiting and Held, Predictive Model Assessment for Count Data, Biometrics
2009). Forecasts do not state the atom; it is taken to be as large as the share of flat returns
among the stock's own, with the forecast probability of zero in its middle. Price limits leave no
atom in labels of two and more sessions.
"""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vn30_training.evaluation.rows import BOARD
from vn30_training.evaluation.statistics import BOOTSTRAP_SEED, RESAMPLES, expected_block
from vn30_training.models.contract import QUANTILE_COLUMNS, QUANTILES

Floats = NDArray[np.float64]

UNIFORM_DAYS = 500
"""Two years: on fewer days the bootstrap would call calibrated forecasts uneven one time in ten."""

_SCORES = np.array([NormalDist().inv_cdf(level) for level in QUANTILES])
_CELLS = np.array([0.0, *QUANTILES, 1.0])


def pit_table(rows: pd.DataFrame, variant: str, holding: int, bins: int = 10) -> pd.DataFrame:
    """Count how much of the PIT falls into each of equal bins.

    Parameters
    ----------
    rows
        ``y_true`` and the quantiles per family, scope, date and symbol; rows without quantiles
        are left out.
    variant
        Copied into the column of that name.
    holding
        Sessions a label spans.
    bins
        How many bins.

    Returns
    -------
    DataFrame
        The table ``pit`` of `evidence.Evidence`.
    """
    edges = np.linspace(0.0, 1.0, bins + 1)
    tables = []
    for (family, scope), group in _with_quantiles(rows).groupby(BOARD, observed=True):
        shares = _shares(group, edges).mean(axis=0)
        table = pd.DataFrame({"bin": np.arange(bins), "share": shares, "n": len(group)})
        tables.append(table.assign(family=str(family), scope=str(scope), variant=variant))
    columns = [*BOARD, "variant", "bin", "share", "n", "p"]
    if not tables:
        return pd.DataFrame(columns=columns)
    uniformity = pit_uniformity(rows, holding)[[*BOARD, "p"]]
    return pd.concat(tables, ignore_index=True).merge(uniformity, on=BOARD)[columns]


def pit_uniformity(rows: pd.DataFrame, holding: int) -> pd.DataFrame:
    """Test whether returns fall between the quantiles as often as they should.

    The statistic is Pearson's, over the eight cells that the quantiles bound, so that nothing
    depends on the shape in between. Stocks of one day move together and labels overlap, so it has
    no chi-square distribution; its own under the null is that of the days' deviations from their
    mean in a stationary bootstrap of days (Politis and Romano, JASA 1994, by arch) with blocks of
    `statistics.expected_block`.

    Parameters
    ----------
    rows
        As in `pit_table`.
    holding
        Sessions a label spans.

    Returns
    -------
    DataFrame
        ``family``, ``scope``, ``statistic``, ``p``, ``n_days``; NaN on fewer than `UNIFORM_DAYS`
        days.
    """
    records = []
    for (family, scope), group in _with_quantiles(rows).groupby(BOARD, observed=True):
        excess = _shares(group, _CELLS) - np.diff(_CELLS)
        daily = pd.DataFrame(excess).groupby(group["date"].to_numpy()).sum().to_numpy()
        statistic, p = _pearson(daily, len(group), holding)
        records.append((str(family), str(scope), statistic, p, len(daily)))
    return pd.DataFrame(records, columns=[*BOARD, "statistic", "p", "n_days"])


def _with_quantiles(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.loc[rows[list(QUANTILE_COLUMNS)].notna().all(axis=1)]


def _shares(rows: pd.DataFrame, edges: Floats) -> Floats:
    """Return how much of each row's PIT lies between two edges, shape (n, edges - 1)."""
    from scipy.special import ndtr

    y_true = rows["y_true"].to_numpy()
    point = ndtr(_score(y_true, rows[list(QUANTILE_COLUMNS)].to_numpy()))
    flat = pd.Series(y_true == 0.0, index=rows.index)
    atom = flat.groupby(rows["symbol"], observed=True).transform("mean").to_numpy()
    half = np.where(flat, atom / 2, 0.0)
    low, high = np.maximum(point - half, 0.0), np.minimum(point + half, 1.0)
    width = np.where(flat, high - low, 1.0)[:, None]
    spread = np.clip((edges - low[:, None]) / width, 0.0, 1.0)
    below = np.where(flat.to_numpy()[:, None], spread, edges >= point[:, None])
    # Whatever rounding says of the outermost values, nothing lies outside.
    below[:, 0], below[:, -1] = 0.0, 1.0
    return np.diff(below, axis=1)


def _score(y_true: Floats, quantiles: Floats) -> Floats:
    """Return the normal score of each return among its quantiles, shape (n,)."""
    left = np.clip((quantiles < y_true[:, None]).sum(axis=1) - 1, 0, len(_SCORES) - 2)
    row = np.arange(len(y_true))
    start, end = quantiles[row, left], quantiles[row, left + 1]
    width = np.maximum(end - start, np.finfo(float).tiny)
    with np.errstate(over="ignore"):
        part = (y_true - start) / width
    score: Floats = _SCORES[left] + part * (_SCORES[left + 1] - _SCORES[left])
    return score


def _pearson(daily: Floats, n: int, holding: int) -> tuple[float, float]:
    """Return Pearson's statistic of the days' excess counts and its bootstrap p-value."""
    from arch.bootstrap import StationaryBootstrap

    if len(daily) < UNIFORM_DAYS:
        return float("nan"), float("nan")
    expected = n * np.diff(_CELLS)
    total = daily.sum(axis=0)
    centred = daily - daily.mean(axis=0)
    bootstrap = StationaryBootstrap(expected_block(holding), centred, seed=BOOTSTRAP_SEED)
    drawn = bootstrap.apply(lambda days: days.sum(axis=0), RESAMPLES)
    statistic = float((total**2 / expected).sum())
    null = (drawn**2 / expected).sum(axis=1)
    return statistic, float((1 + (null >= statistic).sum()) / (1 + RESAMPLES))
