"""Results by regime of the market: booms, crashes and what lies between, by date."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd
import yaml
from numpy.typing import ArrayLike, NDArray

from vn30_training.evaluation.rows import BOARD
from vn30_training.evaluation.scores import point_scores, ranking_scores
from vn30_training.evaluation.statistics import MIN_DAYS
from vn30_training.features.signals import positive_close

REGIME_COLUMNS = [
    *(*BOARD, "regime", "first", "last"),
    *("rank_ic", "rank_ic_low", "rank_ic_high", "rank_ic_t"),
    *("increment", "increment_low", "increment_high"),
    *("mae_skill", "pinball_skill", "coverage_80", "n_days", "market"),
]


@cache
def regimes() -> dict[str, np.datetime64]:
    """Return the first day of each regime by its name, oldest first; it lasts until the next."""
    path = files("vn30_training.evaluation").joinpath("regimes.yml")
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {row["name"]: np.datetime64(row["first"], "us") for row in rows}


def regime_of(dates: ArrayLike) -> NDArray[np.str_]:
    """Return the name of the regime of each date, shape (n,)."""
    firsts = np.array(list(regimes().values()))
    days = np.asarray(dates, dtype="datetime64[us]")
    return np.array(list(regimes()))[np.searchsorted(firsts, days, side="right") - 1]


def months() -> dict[str, str]:
    """Return the months of each regime by its name, for markets in which nothing bears the name."""
    firsts = pd.DatetimeIndex(list(regimes().values()))
    lasts = firsts[1:] - pd.Timedelta(days=1)
    spans = [f"{a:%Y-%m} to {b:%Y-%m}" for a, b in zip(firsts[1:-1], lasts[1:], strict=True)]
    told = [f"until {lasts[0]:%Y-%m}", *spans, f"since {firsts[-1]:%Y-%m}"]
    return dict(zip(regimes(), told, strict=True))


def regime_table(rows: pd.DataFrame, panel: pd.DataFrame, holding: int) -> pd.DataFrame:
    """Score every family and scope in each regime that it was tested in.

    Parameters
    ----------
    rows
        What `rows.with_references` returned.
    panel
        Adjusted ``close`` and ``member`` per symbol and session.
    holding
        Sessions a label spans.

    Returns
    -------
    DataFrame
        The table ``regimes`` of `evidence.Evidence`, regimes in the order of time. ``first`` and
        ``last`` are the days scored; ``market`` is what the members earned with equal weights on
        the sessions from one to the other. Regimes of fewer than `statistics.MIN_DAYS` days are
        left out; a family tested on as few in a longer one has no interval.
    """
    growth = _market_growth(panel)
    names = pd.CategoricalIndex(regime_of(rows["date"]), categories=list(regimes()))
    tables = []
    for name, part in rows.groupby(names, observed=True):
        if part["date"].nunique() < MIN_DAYS:
            continue
        table = ranking_scores(part, holding).join(_days_and_points(part))
        tables.append(table.reset_index().assign(regime=name))
    if not tables:
        return pd.DataFrame(columns=REGIME_COLUMNS)
    table = pd.concat(tables, ignore_index=True).sort_values(
        BOARD, kind="stable", ignore_index=True
    )
    table["market"] = _earned(growth, table["first"], table["last"])
    for name in ("first", "last"):
        table[name] = table[name].dt.strftime("%Y-%m-%d")
    renamed = {"increment_over_reversal": "increment"}
    return table.rename(columns=renamed)[REGIME_COLUMNS].astype(dict.fromkeys(BOARD, "str"))


def _days_and_points(rows: pd.DataFrame) -> pd.DataFrame:
    """Return first and last day and the scores of the rows of each family and scope."""
    groups = rows.groupby(BOARD, observed=True)
    kept = ("mae_skill", "pinball_skill", "coverage_80")
    points = {key: point_scores(group) for key, group in groups}
    table = pd.DataFrame.from_dict(points, orient="index")[list(kept)]
    table.index = pd.MultiIndex.from_tuples(points, names=BOARD)
    return table.join(groups["date"].agg(first="min", last="max"))


def _market_growth(panel: pd.DataFrame) -> pd.Series[float]:
    """Return the equal-weighted wealth of the day's members at each session's close.

    A share that did not trade earns nothing that day, and all of its move on the day it trades.
    """
    close = positive_close(panel)
    before = close.groupby(panel["symbol"]).ffill().groupby(panel["symbol"]).shift()
    earned = (close / before - 1).where(panel["member"])
    return (1 + earned.groupby(panel["date"]).mean().fillna(0)).cumprod()


def _earned(growth: pd.Series[float], first: pd.Series, last: pd.Series) -> NDArray[np.float64]:
    """Return the growth of the sessions from ``first`` to ``last``, both included."""
    sessions, wealth = growth.index.to_numpy(), np.r_[1.0, growth.to_numpy()]
    opening = wealth[np.searchsorted(sessions, first.to_numpy())]
    closing = wealth[np.searchsorted(sessions, last.to_numpy(), side="right")]
    return np.asarray(closing / opening - 1)
