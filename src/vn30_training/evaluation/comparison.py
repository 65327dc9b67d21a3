"""Families two by two: who is better, on the same stocks and days, and how sure that is.

The pipelines import this module; scipy.stats takes a second to load, so the function that needs it
imports it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from types import MappingProxyType
from typing import Any, Self, cast

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from vn30_training.evaluation.ic import grouped_correlation
from vn30_training.evaluation.leaderboard import NAIVE_FAMILIES
from vn30_training.evaluation.rows import BOARD, QUANTILE_FAMILY, REVERSAL_FAMILY
from vn30_training.evaluation.statistics import MIN_DAYS, Floats, estimate_mean, newey_west_t

BENCHMARKS: Mapping[str, str] = MappingProxyType(
    {"rank_ic": REVERSAL_FAMILY, "absolute_error": "zero", "pinball": QUANTILE_FAMILY}
)
"""The naive family that stands for doing nothing, by metric."""
METRICS = tuple(BENCHMARKS)
OTHER = ["other_family", "other_scope"]
COLUMNS = [
    *(*BOARD, *OTHER, "metric", "difference", "t", "p", "p_holm", "tests"),
    *("low", "high", "n_days"),
]

Board = tuple[str, str]
"""Family and scope."""
Cells = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Grids:
    """What every family and scope is judged by, laid out on the same days and stocks.

    Attributes
    ----------
    metric
        One of `METRICS`.
    boards
        The score where the metric is ``rank_ic``, the loss otherwise, shape (days, stocks); NaN
        where there is no forecast.
    y_true
        Returns, shape (days, stocks).
    """

    metric: str
    boards: dict[Board, Floats]
    y_true: Floats

    @classmethod
    def of(cls, rows: pd.DataFrame, metric: str) -> Self:
        """Lay out the rows that `rows.with_references` returns."""
        date, days = pd.factorize(rows["date"], sort=True)
        symbol, stocks = pd.factorize(rows["symbol"], sort=True)
        shape = len(days), len(stocks)
        judged = {
            "rank_ic": lambda: rows["score"],
            "absolute_error": lambda: (rows["y_true"] - rows["y_pred"]).abs(),
            "pinball": lambda: rows["pinball"],
        }[metric]().to_numpy(dtype=np.float64)
        laid: dict[Board, Floats] = {}
        for board, at in rows.groupby(BOARD, observed=True, sort=True).indices.items():
            family, scope = cast("Board", board)
            laid[family, scope] = np.full(shape, np.nan)
            laid[family, scope][date[at], symbol[at]] = judged[at]
        y_true = np.full(shape, np.nan)
        y_true[date, symbol] = rows["y_true"]
        return cls(metric, laid, y_true)

    def known(self, *boards: Board) -> Cells:
        """Mark the days and stocks that all the boards know."""
        known: Cells = np.all([~np.isnan(self.boards[board]) for board in boards], axis=0)
        return known

    def losses(self, board: Board, cells: Cells) -> Floats:
        """Return the loss of each day over the ``cells``: minus the rank IC, or a mean loss."""
        if self.metric == "rank_ic":
            return -_rank_ic(self.boards[board], self.y_true, cells)
        count = cells.sum(axis=1)
        daily = np.full(len(cells), np.nan)
        total = self.boards[board].sum(axis=1, where=cells)
        np.divide(total, count, where=count > 0, out=daily)
        return daily


def diebold_mariano(difference: ArrayLike, lag: int) -> tuple[float, float]:
    """Test whether two forecasts are equally good.

    Diebold and Mariano, Comparing Predictive Accuracy, JBES 1995, with the small-sample correction
    and Student's t of Harvey, Leybourne and Newbold, IJF 1997.

    Parameters
    ----------
    difference
        Difference of the two losses by day, averaged over the stocks of the day; NaN left out.
    lag
        Days apart up to which differences are correlated because labels overlap: one less than
        the sessions that a label holds. The variance has the rectangular kernel of the papers;
        where that is not positive, Newey and West's weights take its place.

    Returns
    -------
    t, p
        Two-sided; NaN for fewer than `MIN_DAYS` days or three times the overlap, and for a
        constant difference.
    """
    from scipy.stats import t as student

    series = np.asarray(difference, dtype=np.float64)
    series = series[~np.isnan(series)]
    n, steps = len(series), lag + 1
    if n < max(MIN_DAYS, 3 * steps) or np.ptp(series) == 0:
        return float("nan"), float("nan")
    variance = _rectangular_variance(series, lag)
    plain = series.mean() / np.sqrt(variance) if variance > 0 else newey_west_t(series, steps)
    t = float(plain * np.sqrt((n + 1 - 2 * steps + steps * lag / n) / n))
    return t, float(2 * student.sf(abs(t), n - 1))


def holm(p: ArrayLike) -> Floats:
    """Adjust p-values so that even one wrong rejection among all is as rare as the level says.

    Holm, A Simple Sequentially Rejective Multiple Test Procedure, Scandinavian Journal of
    Statistics 1979. NaN stays NaN and does not count as a test. statsmodels gives the same, but
    collects garbage in every call, which takes longer than all comparisons.
    """
    values = np.asarray(p, dtype=np.float64)
    adjusted, tests = np.full(len(values), np.nan), np.count_nonzero(~np.isnan(values))
    lowest_first = np.argsort(values)[:tests]
    raised = values[lowest_first] * np.arange(tests, 0, -1)
    adjusted[lowest_first] = np.maximum.accumulate(raised).clip(max=1.0)
    return adjusted


def paired_tests(rows: pd.DataFrame, holding: int) -> pd.DataFrame:
    """Compare models with each other and with the naive floors.

    Each pair stands once, a model first; floors are not compared with each other. A pair is judged
    on the stocks and days that both know, and left out of a metric for which there are none.

    What is asked of every model beforehand, whether it beats the `BENCHMARKS` of the metric, is one
    family of tests; all other pairs, looked at afterwards, are another.

    Parameters
    ----------
    rows
        What `rows.with_references` returns.
    holding
        Sessions that a label holds, see `statistics.holding_sessions`.

    Returns
    -------
    DataFrame
        `COLUMNS`; ``difference`` is the mean over days, positive where the first is better;
        ``p_holm`` is adjusted over the ``tests`` of the same question; ``low`` and ``high`` bound
        95 %.
    """
    pairs = [
        pd.DataFrame(_compared(Grids.of(rows, metric), holding), columns=COLUMNS)
        for metric in METRICS
    ]
    return pd.concat(map(_adjusted, pairs), ignore_index=True).astype(
        {"difference": float, "n_days": int, "tests": int}
    )


def _adjusted(pairs: pd.DataFrame) -> pd.DataFrame:
    """Adjust the p-values of one metric: those against its benchmark, and those of all others."""
    asked = pairs["other_family"] == pairs["metric"].map(BENCHMARKS)
    questions = pairs.groupby(asked)["p"]
    return pairs.assign(
        p_holm=questions.transform(holm).astype(float), tests=questions.transform("count")
    )


def _compared(grids: Grids, holding: int) -> Iterator[dict[str, Any]]:
    """Give one record per pair, without Holm's adjustment."""
    floors_last = sorted(grids.boards, key=lambda board: (board[0] in NAIVE_FAMILIES, board))
    for first, second in combinations(floors_last, 2):
        if first[0] in NAIVE_FAMILIES:
            return
        cells = grids.known(first, second)
        gain = grids.losses(second, cells) - grids.losses(first, cells)
        estimate = estimate_mean(gain, holding)
        if estimate.n == 0:
            continue
        t, p = diebold_mariano(gain, holding - 1)
        yield {
            **dict(zip([*BOARD, *OTHER], [*first, *second], strict=True)),
            "metric": grids.metric,
            "difference": estimate.mean,
            **{"t": t, "p": p, "low": estimate.low, "high": estimate.high},
            "n_days": estimate.n,
        }


def _rank_ic(score: Floats, y_true: Floats, cells: Cells) -> Floats:
    """Return Spearman's correlation across the ``cells`` of each day; NaN where undefined."""
    days, day = np.unique(np.nonzero(cells)[0], return_inverse=True)
    score_rank, true_rank = (
        pd.DataFrame(np.where(cells, side, np.nan)).rank(axis=1).to_numpy()[cells]
        for side in (score, y_true)
    )
    daily = np.full(len(cells), np.nan)
    daily[days] = grouped_correlation(day, score_rank, true_rank)
    return daily


def _rectangular_variance(series: Floats, lag: int) -> float:
    """Return the variance of the mean of a series that is uncorrelated beyond ``lag`` days."""
    n, error = len(series), series - series.mean()
    products = [float(error[k:] @ error[: n - k]) for k in range(lag + 1)]
    return (products[0] + 2 * sum(products[1:])) / n**2
