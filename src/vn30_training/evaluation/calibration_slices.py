"""How honest quantiles are in parts of the data: by stock, by regime, on days unlike others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vn30_training.evaluation.probabilistic import INTERVALS
from vn30_training.evaluation.regimes import regime_of
from vn30_training.evaluation.rows import BOARD
from vn30_training.evaluation.statistics import MIN_DAYS
from vn30_training.features.signals import positive_close
from vn30_training.market.hose import load_rules

POOLED_WITHIN = 2.0
"""Points by which the coverage of all rows may miss each of its nominal levels."""
SYMBOL_WITHIN = 4.0
"""Points by which a stock's coverage of the 80 % interval may miss."""
SYMBOLS_WITHIN = 0.9
"""Share of the stocks that have to be so near."""
SYMBOL_ROWS = 250
"""Forecasts of a stock, a year of them, below which it is not asked: of 250 independent returns an
honest interval misses by 4 points one time in nine, of 25 two times in three."""

LIMIT_TOLERANCE = 0.3
"""Points of return within which a close counts as one at the limit: ticks round limits into the
band, and on VN30 the closes of limit days of 7 % lie between 6.7 and 7.05 %."""

_COVERAGES = [f"coverage_{percent}" for percent in INTERVALS]
_COLUMNS = [
    *(*BOARD, "variant", "kind", "slice", "n", *_COVERAGES),
    *("pinball", "crps", "pinball_skill", "crps_skill"),
]


def calibration_table(rows: pd.DataFrame, panel: pd.DataFrame, variant: str) -> pd.DataFrame:
    """Score quantiles over all rows, by stock, by regime and by kind of day.

    The slice ``limit`` is known when the forecast is made, and can be acted on; ``flat`` is known
    only afterwards and describes: a forecaster cannot cover it any better.

    Parameters
    ----------
    rows
        What `rows.with_references` returned; rows without quantiles are left out.
    panel
        Adjusted ``close`` per symbol and session.
    variant
        Copied into the column of that name.

    Returns
    -------
    DataFrame
        The table ``calibration`` of `evidence.Evidence`. Skills are the shares saved of the losses
        ``ewma_pinball`` and ``ewma_crps``, on the rows that have them.
    """
    rows = rows.loc[rows["pinball"].notna()]
    figures = _figures(rows)
    tables = [_means(figures, names).assign(kind=kind) for kind, names in _slices(rows, panel)]
    return pd.concat(tables, ignore_index=True).assign(variant=variant)[_COLUMNS]


def calibration_targets(table: pd.DataFrame) -> pd.DataFrame:
    """Say which forecasts are as honest as is aimed at.

    Parameters
    ----------
    table
        What `calibration_table` returned, any variants.

    Returns
    -------
    DataFrame
        ``family``, ``scope``, ``variant``, ``pooled_miss`` (points by which the coverage of all
        rows misses its nominal level, at the worst of 50, 80 and 90 %), ``symbols_within`` (of the
        stocks with `SYMBOL_ROWS` or more, the share whose 80 % coverage is within `SYMBOL_WITHIN`
        points), ``met`` (boolean: within `POOLED_WITHIN`, and at least `SYMBOLS_WITHIN` of the
        stocks; NA where the first holds and no stock has enough rows to be asked).
    """
    keys = [*BOARD, "variant"]
    misses = (100 * table[_COVERAGES] - list(INTERVALS)).abs()
    whole, stock = (table["kind"] == kind for kind in ("all", "symbol"))
    stock &= table["n"] >= SYMBOL_ROWS
    near = table.loc[stock, keys].assign(near=misses.loc[stock, "coverage_80"] <= SYMBOL_WITHIN)
    pooled = table.loc[whole, keys].assign(pooled_miss=misses.loc[whole].max(axis=1))
    targets = pooled.set_index(keys).assign(symbols_within=near.groupby(keys)["near"].mean())
    enough = targets["symbols_within"].astype("Float64") >= SYMBOLS_WITHIN
    met = targets["pooled_miss"].le(POOLED_WITHIN) & enough
    return targets.assign(met=met).reset_index()


def _figures(rows: pd.DataFrame) -> pd.DataFrame:
    """Put beside each row what is averaged; the paired losses are NaN where EWMA has none."""
    compared = rows["ewma_pinball"].notna()
    inside = {
        f"coverage_{percent}": rows["y_true"].between(rows[low], rows[high]).astype(np.float64)
        for percent, (low, high) in INTERVALS.items()
    }
    losses = ["pinball", "crps", "ewma_pinball", "ewma_crps"]
    return rows[[*BOARD, *losses]].assign(
        **inside,
        paired_pinball=rows["pinball"].where(compared),
        paired_crps=rows["crps"].where(compared),
    )


def _means(figures: pd.DataFrame, names: pd.Categorical[str]) -> pd.DataFrame:
    """Average the figures of every family, scope and slice."""
    groups = figures.groupby([*BOARD, names], observed=True)
    means = groups.mean().rename_axis([*BOARD, "slice"]).assign(n=groups.size())
    for loss in ("pinball", "crps"):
        means[f"{loss}_skill"] = 1.0 - means[f"paired_{loss}"] / means[f"ewma_{loss}"]
    return means.reset_index().astype(dict.fromkeys([*BOARD, "slice"], "str"))


def _slices(rows: pd.DataFrame, panel: pd.DataFrame) -> Iterator[tuple[str, pd.Categorical[str]]]:
    """Give every way to cut the rows: its kind, and each row's slice; regimes of days are none."""
    day, days = pd.factorize(rows["date"], sort=True)
    regime, regimes = pd.factorize(regime_of(days))
    regime = np.where(np.bincount(regime)[regime] < MIN_DAYS, -1, regime)
    moving = rows["y_true"].to_numpy() != 0.0
    yield "all", _named(np.zeros(len(rows), dtype=np.intp), ["all"])
    yield "symbol", pd.Categorical(rows["symbol"])
    yield "regime", _named(regime[day], regimes)
    yield "day", _named(moving.astype(np.intp), ["flat", "moving"])
    yield "day", _named(_after_limit(rows, panel).astype(np.intp), ["ordinary", "limit"])


def _named(codes: NDArray[np.intp], names: Iterable[str]) -> pd.Categorical[str]:
    return pd.Categorical.from_codes(codes, categories=pd.Index(list(names)))


def _after_limit(rows: pd.DataFrame, panel: pd.DataFrame) -> NDArray[np.bool_]:
    """Mark the rows whose stock closed at a price limit on the day that they were forecast."""
    hit = panel.loc[_closed_at_limit(panel)]
    symbol, symbols = pd.factorize(rows["symbol"].astype("str"))
    day, days = pd.factorize(rows["date"])
    # The last row and column take what the panel has and the rows have not.
    table = np.zeros((len(symbols) + 1, len(days) + 1), dtype=bool)
    where = symbols.get_indexer(pd.Index(hit["symbol"])), days.get_indexer(pd.Index(hit["date"]))
    table[where] = True
    return table[symbol, day]


def _closed_at_limit(panel: pd.DataFrame) -> NDArray[np.bool_]:
    """Mark the panel's rows that closed as far from the close before as the exchange allows."""
    symbol = panel["symbol"]
    close = positive_close(panel).groupby(symbol, sort=False).ffill()
    move = 100 * (close / close.groupby(symbol, sort=False).shift(1) - 1).abs()
    day, days = pd.factorize(panel["date"])
    rules = load_rules()
    limit = np.array([rules.price_limit(one.date()) for one in days], dtype=np.float64)[day]
    return np.asarray((move - limit).abs() <= LIMIT_TOLERANCE, dtype=bool)
