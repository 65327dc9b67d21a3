"""Quantiles corrected by how the forecaster has done so far: conformal, and adaptive in time.

Every forecast returns anew what the past says of its own kind: the residuals of the same family,
scope and seed that were known at its close, divided by the spread each of them was forecast with.
The new quantiles are those of the old residuals, recent ones counting more, in units of the
forecast's spread: split conformal prediction (Lei et al., JASA 2018) whose calibration set moves
with time and forgets (Barber et al., Conformal Prediction Beyond Exchangeability, Annals of
Statistics 2023).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from vn30_training.evaluation.rows import BOARD
from vn30_training.models.calibration import probability_up
from vn30_training.models.contract import QUANTILE_COLUMNS, QUANTILES

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

_MEDIAN, _LOW, _HIGH = (QUANTILES.index(level) for level in (0.50, 0.25, 0.75))

_EDGES = 0.5 * np.sinh(np.linspace(-6.0, 6.0, 601))
"""Edges of the histogram of residuals in units of the spread: a hundredth apart in the middle, a
fiftieth of their size apart far out, up to a hundred spreads."""


class RecalibrationOptions(BaseModel):
    """How past residuals are weighted.

    With these defaults every stock's 80 % interval of EWMA, reversal and ridge was within 4 points
    on VN30 from 2019 to 2025, 95 % of them before; that cost 0.3 to 0.4 % of the pinball loss.
    Twice the half-life costs 0.1 % less, and lags a drifting forecaster twice as long.

    Attributes
    ----------
    half_life
        Sessions after which a residual counts half.
    shrinkage
        How many sessions' worth of all stocks' residuals are added to a stock's own; the fewer, the
        more a stock's quantiles follow its own past.
    minimum_sessions
        Sessions with known returns before anything is corrected.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    half_life: float = Field(default=125.0, gt=0)
    shrinkage: float = Field(default=60.0, gt=0)
    minimum_sessions: int = Field(default=60, ge=1)


def recalibrate(
    forecasts: pd.DataFrame, options: RecalibrationOptions | None = None
) -> pd.DataFrame:
    """Correct the quantiles, and the probability of a rise, of stitched forecasts.

    A forecast made at the close of ``date`` is corrected by the returns of the same family, scope
    and, where there is one, seed whose ``label_end`` is not later: changing or deleting what comes
    after changes no bit of it. The median and the interquartile range of each forecast stay its
    centre and its unit, so a family that sees storms coming keeps the merit of it; ``y_pred`` and
    ``score`` stay as they are.

    Parameters
    ----------
    forecasts
        Tidy forecasts, each family, scope, seed, symbol and date once; or the rows of
        `rows.seed_mean`, whose seeds are averaged.
    options
        How past residuals are weighted; without any, the defaults.

    Returns
    -------
    DataFrame
        The same rows with other ``q05`` to ``q95`` and ``p_up``. They are kept as given while too
        little of the past is known, and where a forecast has no spread.
    """
    options = options or RecalibrationOptions()
    given = forecasts[list(QUANTILE_COLUMNS)].to_numpy(dtype=np.float64)
    quantiles = given.copy()
    series = forecasts.columns.intersection([*BOARD, "seed"], sort=False).tolist()
    for places in forecasts.groupby(series, observed=True).indices.values():
        quantiles[places] = _series(forecasts.iloc[places], given[places], options)
    changed = (quantiles != given).any(axis=1) & ~np.isnan(quantiles).any(axis=1)
    p_up = forecasts["p_up"].to_numpy(dtype=np.float64, copy=True)
    p_up[changed] = probability_up(quantiles[changed])
    return forecasts.assign(**dict(zip(QUANTILE_COLUMNS, quantiles.T, strict=True)), p_up=p_up)


def _series(rows: pd.DataFrame, quantiles: Floats, options: RecalibrationOptions) -> Floats:
    """Correct the quantiles of one family, scope and seed, session by session."""
    sessions, made = np.unique(rows["date"].to_numpy(), return_inverse=True)
    known = np.searchsorted(sessions, rows["label_end"].to_numpy())
    symbol, names = pd.factorize(rows["symbol"])
    centre, spread = quantiles[:, _MEDIAN], quantiles[:, _HIGH] - quantiles[:, _LOW]
    usable = spread > 0
    residual = np.full(len(rows), np.nan)
    np.divide(rows["y_true"].to_numpy() - centre, spread, out=residual, where=usable)
    learned = _by_session(np.where(np.isnan(residual), len(sessions), known), len(sessions))
    forecast = _by_session(np.where(usable, made, len(sessions)), len(sessions))
    past = _Past(len(names), options)
    corrected = quantiles.copy()
    for new, due in zip(learned, forecast, strict=True):
        past.learn(symbol[new], residual[new])
        if past.sessions >= options.minimum_sessions:
            shape = past.quantiles(symbol[due])
            corrected[due] = centre[due, None] + spread[due, None] * shape
    return corrected


def _by_session(session: Places, count: int) -> list[Places]:
    """Return the rows of each session from 0 to ``count - 1``; others belong to none."""
    order = np.argsort(session, kind="stable")
    return np.split(order, np.searchsorted(session[order], np.arange(1, count + 1)))[:count]


class _Past:
    """Histograms of past residuals, of each stock and of all, that fade session by session."""

    def __init__(self, symbols: int, options: RecalibrationOptions) -> None:
        self.sessions = 0
        self._fading = 0.5 ** (1 / options.half_life)
        self._shrinkage = options.shrinkage
        self._own = np.zeros((symbols, len(_EDGES) - 1))
        self._all = np.zeros(len(_EDGES) - 1)

    def learn(self, symbol: Places, residual: Floats) -> None:
        """Let a session pass, whose close made these residuals known."""
        cell = np.clip(np.searchsorted(_EDGES, residual) - 1, 0, len(self._all) - 1)
        self.sessions += len(residual) > 0
        self._own *= self._fading
        self._all *= self._fading
        np.add.at(self._own, (symbol, cell), 1.0)
        np.add.at(self._all, cell, 1.0)

    def quantiles(self, symbol: Places) -> Floats:
        """Return each stock's quantiles of a residual, shape (symbols, 7), never crossing."""
        weights = self._own[symbol] + self._shrinkage * self._all / self._all.sum()
        share = np.cumsum(weights, axis=1)
        share = np.insert(share / share[:, -1:], 0, 0.0, axis=1)
        found = np.array([np.interp(QUANTILES, one, _EDGES) for one in share])
        # Rounding between two edges may lift a quantile past the next by its last digit.
        return np.sort(found.reshape(-1, len(QUANTILES)), axis=1)
