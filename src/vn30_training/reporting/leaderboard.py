"""The leaderboard as a reader sees it: strings, and intervals placed on a common scale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from vn30_training.reporting.formatting import (
    SCOPE_WORDS,
    count,
    duration,
    interval,
    known,
    leaves_out_zero,
    number,
    percent,
)


@dataclass(frozen=True, slots=True)
class Whisker:
    """An estimate with its interval, placed on a scale from 0 (left) to 100 (right)."""

    low: float
    value: float
    high: float


@dataclass(frozen=True, slots=True)
class Scale:
    """The stretch of values that a column of whiskers covers."""

    start: float
    end: float

    def place(self, value: float) -> float:
        """Return where ``value`` lies, from 0 to 100, with two decimals."""
        return round(100 * (value - self.start) / (self.end - self.start), 2)

    def whisker(self, low: Any, value: Any, high: Any) -> Whisker | None:
        """Return the estimate on this scale, or None where it is unknown."""
        if not (known(low) and known(value) and known(high)):
            return None
        return Whisker(self.place(low), self.place(value), self.place(high))


@dataclass(frozen=True, slots=True)
class LeaderboardRow:
    """One line of the leaderboard, ready to be read."""

    place: str
    family: str
    scope: str
    floor: bool
    ranked: bool
    rank_ic: str
    rank_ic_t: str
    rank_ic_interval: str
    rank_ic_whisker: Whisker | None
    significant: bool
    rank_icir: str
    increment: str
    increment_t: str
    increment_interval: str
    increment_whisker: Whisker | None
    mae_skill: str
    accuracy: str
    majority: str
    brier_skill: str
    pinball_skill: str
    coverage_80: str
    seeds: str
    seconds: str
    status: str
    verdict: str


def column_scale(leaderboard: pd.DataFrame, name: str) -> Scale:
    """Return the scale of a column with its interval, zero always on it."""
    columns = [name, f"{name}_low", f"{name}_high"]
    values = leaderboard[columns].astype(float).to_numpy().ravel()
    values = values[pd.notna(values)]
    low, high = min(0.0, *values, -0.001), max(0.0, *values, 0.001)
    margin = 0.04 * (high - low)
    return Scale(low - margin, high + margin)


def leaderboard_rows(leaderboard: pd.DataFrame) -> list[LeaderboardRow]:
    """Return the leaderboard's lines in its order, floors and unranked ones among them."""
    table = leaderboard.rename(columns={"increment_over_reversal": "increment"})
    if table.empty:
        return []
    scales = {name: column_scale(table, name) for name in ("rank_ic", "increment")}
    places = _places(table)
    return [
        _leaderboard_row(record, place, scales)
        for place, (_, record) in zip(places, table.iterrows(), strict=True)
    ]


def _places(table: pd.DataFrame) -> list[str]:
    """Return the places of the ranked models; floors and unranked rows take no place."""
    numbered = table["ranked"].astype(bool) & (table["kind"] != "naive")
    return [str(n) if own else "" for n, own in zip(numbered.cumsum(), numbered, strict=True)]


def _leaderboard_row(record: pd.Series, place: str, scales: Mapping[str, Scale]) -> LeaderboardRow:
    floor = record["kind"] == "naive"
    return LeaderboardRow(
        place=place,
        family=str(record["family"]),
        scope="floor" if floor else SCOPE_WORDS.get(record["scope"], str(record["scope"])),
        floor=floor,
        ranked=bool(record["ranked"]),
        rank_ic=number(record["rank_ic"]),
        rank_ic_t=number(record["rank_ic_t"], 1),
        rank_ic_interval=interval(record["rank_ic_low"], record["rank_ic_high"]),
        rank_ic_whisker=_whisker(record, "rank_ic", scales),
        significant=leaves_out_zero(record["rank_ic_low"], record["rank_ic_high"]),
        rank_icir=number(record["rank_icir"], 2),
        increment=number(record["increment"], signed=True),
        increment_t=number(record["increment_t"], 1),
        increment_interval=interval(record["increment_low"], record["increment_high"]),
        increment_whisker=_whisker(record, "increment", scales),
        mae_skill=percent(record["mae_skill"], 2, signed=True),
        accuracy=percent(record["accuracy"]),
        majority=percent(record["majority_accuracy"]),
        brier_skill=percent(record["brier_skill"], 2, signed=True),
        pinball_skill=percent(record["pinball_skill"], 1, signed=True),
        coverage_80=percent(record["coverage_80"]),
        seeds=_seeds(record),
        seconds=duration(record.get("fit_seconds")),
        status=instance_counts(record),
        verdict=str(record["verdict"] or ""),
    )


def _whisker(record: pd.Series, name: str, scales: Mapping[str, Scale]) -> Whisker | None:
    return scales[name].whisker(record[f"{name}_low"], record[name], record[f"{name}_high"])


def _seeds(record: pd.Series) -> str:
    if not known(record["seeds"]) or record["seeds"] < 2:
        return "1"
    spread = number(record["rank_ic_seed_std"])
    return f"{count(record['seeds'])} (± {spread})"


def instance_counts(record: Mapping[str, Any] | pd.Series) -> str:
    """Return how a row's instances went: ``30 ok``, ``28 of 30 ok``, ``failed``, ``degenerate``."""
    ok, failed, degenerate = (
        int(record[name]) if known(record[name]) else 0
        for name in ("n_ok", "n_failed", "n_degenerate")
    )
    total = ok + failed + degenerate
    if ok == total:
        return f"{ok} ok"
    if ok:
        return f"{ok} of {total} ok"
    return "failed" if failed == total else "degenerate"
