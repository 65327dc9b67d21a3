"""Which forecasts are scored, and what the comparison puts beside each of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vn30_training.evaluation.probabilistic import crps, pinball
from vn30_training.models.contract import QUANTILE_COLUMNS

BOARD = ["family", "scope"]
CELL = ["date", "symbol"]
VALUES = ["y_true", "y_pred", "score", *QUANTILE_COLUMNS, "p_up"]
REQUIRED = [*CELL, "trade_date", "label_end", *BOARD, "seed", *VALUES, "member"]

REVERSAL_FAMILY = "reversal_1"
"""The yardstick of ranking: minus the last session's return, the best naive rank IC on VN30."""
QUANTILE_FAMILY = "ewma"
"""The yardstick of quantiles: zero mean with EWMA volatility."""


def known_rows(forecasts: pd.DataFrame) -> pd.DataFrame:
    """Keep the forecasts that can be scored: of that day's members, with a known return.

    Parameters
    ----------
    forecasts
        Tidy forecasts, any families, scopes and seeds.

    Raises
    ------
    ValueError
        If columns are missing, or a stock is forecast twice on one day by the same model: folds
        must be stitched into one series first.
    """
    missing = [name for name in REQUIRED if name not in forecasts]
    if missing:
        raise ValueError(f"forecasts lack the columns {', '.join(missing)}")
    kept = forecasts["member"] & forecasts["y_true"].notna() & forecasts["y_pred"].notna()
    rows = with_categories(forecasts.loc[kept.to_numpy(dtype=bool), REQUIRED])
    twice = rows.duplicated([*BOARD, "seed", *CELL])
    if twice.any():
        first = rows.loc[twice].iloc[0]
        raise ValueError(
            f"{first['family']} ({first['scope']}) forecasts {first['symbol']} on "
            f"{first['date']:%Y-%m-%d} more than once with seed {first['seed']}: "
            "stitch overlapping folds into one series before scoring"
        )
    return rows


def with_categories(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows that were stored, with the categories that `known_rows` gives them."""
    return rows.astype(dict.fromkeys([*BOARD, "symbol"], "category"))


def without_categories(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows as they are stored: plain strings come back from a file as they went."""
    return rows.astype(dict.fromkeys([*BOARD, "symbol"], "str"))


def seed_mean(rows: pd.DataFrame) -> pd.DataFrame:
    """Average forecasts over seeds: one row per family, scope, date and symbol, in that order."""
    grouped = rows.groupby([*BOARD, *CELL], observed=True, sort=True)
    means = grouped[VALUES].mean()
    return means.join(grouped[["trade_date", "label_end"]].first()).reset_index()


def with_references(rows: pd.DataFrame) -> pd.DataFrame:
    """Put the yardsticks' figures for the same stock and day beside each forecast.

    Adds ``pinball`` and ``crps`` of the row, ``reversal_score``, ``ewma_pinball`` and
    ``ewma_crps``; these three are NaN where the naive family has no forecast. Comparisons on these
    columns use the same rows for both sides whatever either one leaves out.
    """
    losses = pinball(rows["y_true"].to_numpy(), rows[list(QUANTILE_COLUMNS)].to_numpy())
    rows = rows.assign(pinball=losses.mean(axis=1), crps=crps(losses))
    return rows.assign(
        reversal_score=_beside(rows, REVERSAL_FAMILY, "score"),
        ewma_pinball=_beside(rows, QUANTILE_FAMILY, "pinball"),
        ewma_crps=_beside(rows, QUANTILE_FAMILY, "crps"),
    )


def _beside(rows: pd.DataFrame, family: str, column: str) -> NDArray[np.float64]:
    """Look up ``column`` of a naive family for each row's date and symbol.

    A naive rule says the same in every scope; the scope with the most rows is taken.
    """
    reference = rows.loc[rows["family"] == family]
    if reference.empty:
        return np.full(len(rows), np.nan)
    widest = reference["scope"].value_counts().index[0]
    reference = reference.loc[reference["scope"] == widest, [*CELL, column]]
    return rows[CELL].merge(reference, on=CELL, how="left")[column].to_numpy(dtype=np.float64)
