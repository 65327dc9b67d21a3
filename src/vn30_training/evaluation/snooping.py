"""Whether the best of many is better than chance allows: confidence set and superior ability.

Both tests look at all candidates at once, so that trying more of them does not make one win. They
see daily losses on the stocks and days that all candidates know.

Both find a little too much, the more the fewer days there are: resampled blocks miss part of the
variance of a mean, 12 % of it in 250 days and 6 % in 1,650 where labels span two sessions. The
rates named below are those of such losses of equals, simulated.

The pipelines import this module; arch takes a second to load, so the functions that need it import
it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from vn30_training.evaluation.comparison import BENCHMARKS, METRICS, Board, Grids
from vn30_training.evaluation.leaderboard import NAIVE_FAMILIES
from vn30_training.evaluation.rows import BOARD
from vn30_training.evaluation.statistics import (
    BOOTSTRAP_SEED,
    MIN_DAYS,
    RESAMPLES,
    Floats,
    expected_block,
)

MIN_SHARE = 0.5
"""A family that knows less than this of the widest one's stocks and days would narrow the test for
all: it is left out."""
SET_COLUMNS = [*BOARD, "metric", "p", "inside"]
SPA_COLUMNS = [
    *("metric", "benchmark", "p_lower", "p_consistent", "p_upper"),
    *("best_family", "best_scope", "models", "n_days"),
]
_DIGITS = 12


def model_confidence_set(rows: pd.DataFrame, holding: int, size: float = 0.10) -> pd.DataFrame:
    """Find the families and scopes among which the best one is, at a confidence of 1 - ``size``.

    Hansen, Lunde and Nason, The Model Confidence Set, Econometrica 2011, by arch: range statistic,
    stationary bootstrap with blocks of `expected_block`. At 0.10 the set lacks one or more of ten
    equals in 27 % of samples of 250 days, 18 % of 750 and 17 % of 1,650: who is outside by a hair
    may well be as good.

    Parameters
    ----------
    rows
        What `rows.with_references` returns.
    holding
        Sessions that a label holds.
    size
        Probability that the set lacks the best one.

    Returns
    -------
    DataFrame
        ``family, scope, metric, p, inside``. Those whose losses are the same share their p. Empty
        for a metric by which fewer than two can be judged on at least `MIN_DAYS` days.
    """
    from arch.bootstrap import MCS

    records = []
    for metric in METRICS:
        losses = _daily_losses(rows, metric)
        # Families that say the same leave arch nothing to divide by.
        distinct, same = np.unique([*losses.values()], axis=0, return_inverse=True)
        if len(distinct) < 2:
            continue
        # Equal means leave arch undecided whom to drop: less than is rounded away decides.
        apart = distinct.T + 10.0**-_DIGITS * np.arange(len(distinct))
        test = MCS(apart, size, RESAMPLES, expected_block(holding), seed=BOOTSTRAP_SEED)
        test.compute()
        p = test.pvalues["Pvalue"].sort_index().to_numpy(dtype=np.float64)[same]
        records += [
            [*board, metric, float(value), bool(value > size)]
            for board, value in sorted(zip(losses, p, strict=True))
        ]
    return pd.DataFrame(records, columns=SET_COLUMNS)


def superior_predictive_ability(
    rows: pd.DataFrame, holding: int, benchmarks: Mapping[str, str] = BENCHMARKS
) -> pd.DataFrame:
    """Test whether any model is better than doing nothing, for as many as were tried.

    Hansen, A Test for Superior Predictive Ability, JBES 2005, by arch: stationary bootstrap with
    blocks of `expected_block`. arch compares means, not t-values as the paper does. Among equals
    ``p_consistent`` is below 0.05 in 7 % of samples of 250 days and in 6 % of 750 or 1,650.

    Parameters
    ----------
    rows
        What `rows.with_references` returns.
    holding
        Sessions that a label holds.
    benchmarks
        The naive family to be beaten, by metric; its widest scope is taken.

    Returns
    -------
    DataFrame
        `SPA_COLUMNS`, one row per metric; small ``p_consistent`` says that some model is better.
        ``best_family`` and ``best_scope`` have the least loss. A metric has no row where benchmark
        and models cannot be judged on at least `MIN_DAYS` common days.
    """
    records = [
        record
        for metric, family in benchmarks.items()
        for record in _superior(_daily_losses(rows, metric), metric, family, holding)
    ]
    return pd.DataFrame(records, columns=SPA_COLUMNS)


def _superior(
    losses: dict[Board, Floats], metric: str, benchmark: str, holding: int
) -> Iterator[dict[str, Any]]:
    from arch.bootstrap import SPA

    beaten = next((loss for (family, _), loss in losses.items() if family == benchmark), None)
    if beaten is None:
        return
    # A model that says what the benchmark says has no spread, which arch takes for superior.
    models = {
        board: loss
        for board, loss in losses.items()
        if board[0] not in NAIVE_FAMILIES and not np.array_equal(loss, beaten)
    }
    if not models:
        return
    judged = np.column_stack([*models.values()])
    test = SPA(beaten, judged, expected_block(holding), RESAMPLES, seed=BOOTSTRAP_SEED)
    test.compute()
    best_family, best_scope = [*models][int(judged.mean(axis=0).argmin())]
    yield {
        "metric": metric,
        "benchmark": benchmark,
        **{f"p_{kind}": float(p) for kind, p in test.pvalues.items()},
        **{"best_family": best_family, "best_scope": best_scope},
        **{"models": len(models), "n_days": len(beaten)},
    }


def _daily_losses(rows: pd.DataFrame, metric: str) -> dict[Board, Floats]:
    """Return each board's loss by day on the stocks and days that all know, the widest first."""
    grids = Grids.of(rows, metric)
    reach = {b: int(grids.known(b).sum()) for b in grids.boards if _judged(grids, b)}
    least = MIN_SHARE * max(reach.values(), default=0)
    kept = sorted((b for b in reach if reach[b] >= least), key=lambda b: (-reach[b], b))
    if not kept:
        return {}
    cells = grids.known(*kept)
    # Rounding makes families that say the same equal, whatever way they came to it.
    daily = np.array([grids.losses(board, cells) for board in kept]).round(_DIGITS)
    daily = daily[:, ~np.isnan(daily).any(axis=0)]
    return dict(zip(kept, daily, strict=True)) if daily.shape[1] >= MIN_DAYS else {}


def _judged(grids: Grids, board: Board) -> bool:
    """Tell whether it has losses of its own: one that scores all stocks alike has no rank IC."""
    losses = grids.losses(board, grids.known(board))
    return int((~np.isnan(losses)).sum()) >= MIN_DAYS
