"""How long a score stays true: its rank IC with returns over ever more sessions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vn30_training.evaluation.ic import daily_ic
from vn30_training.evaluation.rows import BOARD
from vn30_training.evaluation.statistics import Floats, estimate_mean
from vn30_training.features.signals import positive_close

HORIZONS = (1, 2, 3, 5, 10, 20)
DECAY_COLUMNS = [*BOARD, "horizon", "rank_ic", "low", "high", "t", "n_days"]


def signal_decay(
    rows: pd.DataFrame,
    panel: pd.DataFrame,
    sessions: pd.DataFrame,
    start: int = 1,
    horizons: Sequence[int] = HORIZONS,
) -> pd.DataFrame:
    """Score the ranking of each day by the return held over each of several horizons.

    Parameters
    ----------
    rows
        One row per family, scope, date and symbol with ``score``: `rows.seed_mean` or more.
    panel
        Adjusted ``close`` per symbol and session.
    sessions
        ``date`` of every session, ascending.
    start
        Sessions after the score's date at whose close the return begins.
    horizons
        Sessions held.

    Returns
    -------
    DataFrame
        ``family, scope, horizon, rank_ic`` (mean over days), ``low, high`` (95 %) and ``t`` by
        `statistics.estimate_mean`, ``n_days``. Stocks without either close are left out of that day
        and horizon.
    """
    closes, symbols = _closes(panel, sessions)
    symbol = symbols.get_indexer(pd.Index(rows["symbol"]))
    session = np.searchsorted(sessions["date"].to_numpy(), rows["date"].to_numpy())
    scores = rows[[*BOARD, "date", "score"]]
    tables = []
    for horizon in horizons:
        returns = _returns(closes, start, horizon)[symbol, session]
        tables.append(_by_family(scores.assign(y_true=returns), horizon))
    table = pd.concat(tables, ignore_index=True)
    return table.sort_values([*BOARD, "horizon"], ignore_index=True)


def _closes(panel: pd.DataFrame, sessions: pd.DataFrame) -> tuple[Floats, pd.Index]:
    """Return the closes by symbol and session, one row more of NaN for symbols unknown."""
    symbol, symbols = pd.factorize(panel["symbol"])
    session = np.searchsorted(sessions["date"].to_numpy(), panel["date"].to_numpy())
    closes = np.full((len(symbols) + 1, len(sessions)), np.nan)
    closes[symbol, session] = positive_close(panel)
    return closes, pd.Index(symbols)


def _returns(closes: Floats, start: int, horizon: int) -> NDArray[np.float64]:
    """Return what is earned from ``start`` sessions after each one; NaN where it is not known."""
    returns = np.full_like(closes, np.nan)
    held = returns.shape[1] - start - horizon
    if held > 0:
        bought, sold = closes[:, start : start + held], closes[:, start + horizon :]
        returns[:, :held] = sold / bought - 1
    return returns


def _by_family(rows: pd.DataFrame, horizon: int) -> pd.DataFrame:
    """Estimate the mean rank IC of each family and scope at one horizon."""
    records = []
    for (family, scope), days in daily_ic(rows).groupby(BOARD, observed=True):
        found = estimate_mean(days["rank_ic"], horizon)
        records.append(
            (family, scope, horizon, found.mean, found.low, found.high, found.t, found.n)
        )
    return pd.DataFrame(records, columns=DECAY_COLUMNS)
