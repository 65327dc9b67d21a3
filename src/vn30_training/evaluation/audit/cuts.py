"""The days at which an audit takes the future away, and the two ways of doing so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vn30_training.market.schema import OPTIONAL, PRICES

World = Literal["noise", "deleted"]
WORLDS: tuple[World, ...] = ("noise", "deleted")

SHARES = {"gap": 0.3, "month end": 0.15, "ex-date": 0.15, "listing": 0.15}
"""Shares of the cuts in gaps, at month ends, before ex-dates and after listings; others random.

Fills from the future show in gaps and right after listings only: of twenty random cuts they
touched two.
"""

LISTING_DAYS = 2
"""Cuts that close after a listing find values filled backward, however few sessions they lack."""

_NUMBERS = (*PRICES, "volume", *OPTIONAL)


@dataclass(frozen=True, slots=True, order=True)
class Cut:
    """The last day that is known, and why it was chosen."""

    day: pd.Timestamp
    kind: str


def choose_cuts(bars: pd.DataFrame, count: int, seed: int) -> list[Cut]:
    """Choose the days to cut at, the last one of all excepted.

    Parameters
    ----------
    bars
        ``symbol``, ``date``, ``close`` and optionally ``raw_close`` of every bar there is.
    count
        How many; fewer come back where the history is shorter.
    seed
        Decides which of the candidates.
    """
    generator = np.random.default_rng(seed)
    days = np.unique(bars["date"].to_numpy())
    candidates = {
        "gap": in_gaps(bars, days),
        "month end": _month_ends(days),
        "ex-date": before_ex_dates(bars, days),
        "listing": _after_listings(bars, days),
        "random": np.arange(len(days)),
    }
    chosen: dict[int, str] = {}
    for kind, places in candidates.items():
        wanted = round(SHARES[kind] * count) if kind in SHARES else count - len(chosen)
        free = [place for place in places if place not in chosen and place < len(days) - 1]
        chosen |= dict.fromkeys((int(at) for at in generator.permutation(free)[:wanted]), kind)
    return sorted(Cut(pd.Timestamp(days[place]), kind) for place, kind in chosen.items())


def in_gaps(bars: pd.DataFrame, days: NDArray[np.datetime64]) -> NDArray[np.intp]:
    """Return the places of the first and the last day of each stretch without a bar."""
    places = []
    for _, own in bars.groupby("symbol"):
        at = np.searchsorted(days, np.sort(own["date"].to_numpy()))
        gaps = np.flatnonzero(np.diff(at) > 1)
        places += [at[gaps] + 1, at[gaps + 1] - 1]
    return np.unique(np.concatenate(places))


def before_ex_dates(
    bars: pd.DataFrame, days: NDArray[np.datetime64], most: int = 100
) -> NDArray[np.intp]:
    """Return the places of the days before the ratio of adjusted to raw price changes most.

    Without raw prices the days before the largest moves stand for them.
    """
    values = np.log(bars["close"].to_numpy())
    if "raw_close" in bars and bars["raw_close"].notna().any():
        values = values - np.log(bars["raw_close"].to_numpy())
    moves = np.abs(pd.Series(values).groupby(bars["symbol"].to_numpy()).diff().to_numpy())
    moves[np.isnan(moves)] = 0.0
    largest = np.argsort(-moves, kind="stable")[:most]
    ex_days = bars["date"].to_numpy()[largest[moves[largest] > 0]]
    return np.unique(np.maximum(np.searchsorted(days, ex_days) - 1, 0))


def after_cut(table: pd.DataFrame, day: pd.Timestamp, world: World, seed: int) -> pd.DataFrame:
    """Return prices or a panel without what came after a day: deleted, or multiplied by noise."""
    later = (table["date"] > day).to_numpy()
    if world == "deleted":
        return table[~later].reset_index(drop=True)
    return noisy_where(table, later, seed)


def known_universe(table: pd.DataFrame, day: pd.Timestamp, seed: int) -> pd.DataFrame:
    """Return a panel without what came after a day, symbols first listed later kept, as noise.

    Who is in the universe is known beforehand, and a network rounds a stock's forecast by its place
    in the list of all stocks.
    """
    later = (table["date"] > day).to_numpy()
    begun = (table.groupby("symbol")["date"].transform("min") <= day).to_numpy()
    return noisy_where(table, later & ~begun, seed)[~(later & begun)].reset_index(drop=True)


def noisy_where(table: pd.DataFrame, rows: NDArray[np.bool_], seed: int) -> pd.DataFrame:
    """Return prices or a panel whose numbers are multiplied by noise in those rows."""
    generator = np.random.default_rng(seed)
    changed = table.copy()
    for name in _NUMBERS:
        if name in changed:
            values = changed[name].to_numpy(dtype=np.float64, copy=True)
            values[rows] *= np.exp(0.5 * generator.standard_normal(int(rows.sum())))
            changed[name] = values
    return changed


def _month_ends(days: NDArray[np.datetime64]) -> NDArray[np.intp]:
    return np.flatnonzero(np.diff(days.astype("datetime64[M]").astype(np.int64)))


def _after_listings(bars: pd.DataFrame, days: NDArray[np.datetime64]) -> NDArray[np.intp]:
    first = np.unique(np.searchsorted(days, bars.groupby("symbol")["date"].min().to_numpy()))
    return np.unique(first[:, None] + np.arange(LISTING_DAYS))
