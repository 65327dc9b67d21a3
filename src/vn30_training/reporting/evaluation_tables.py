"""The tables of the evaluation's report as a reader sees them: strings, and marks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from vn30_training.evaluation.calibration_slices import calibration_targets
from vn30_training.evaluation.evidence import Evidence
from vn30_training.reporting.figures.rows import Row, leaderboard_rows, models_first
from vn30_training.reporting.formatting import (
    MISSING,
    SCOPE_WORDS,
    count,
    interval,
    leaves_out_zero,
    number,
    percent,
)
from vn30_training.reporting.leaderboard import Scale, Whisker, column_scale
from vn30_training.reporting.pairs import EWMA, REVERSAL, RIDGE, ZERO, Pairs
from vn30_training.reporting.statements import listed, part

YARDSTICKS = (REVERSAL, RIDGE, ZERO, EWMA)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: its row of the leaderboard, and its cells."""

    family: str
    scope: str
    floor: bool
    cells: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Tested:
    """A paired test: the word first, the figures beside it."""

    word: str
    amount: str
    span: str
    p: str


def _lines(leaderboard: pd.DataFrame) -> list[Row]:
    return list(models_first(leaderboard_rows(leaderboard)))


def _line(row: Row, *cells: Any) -> Line:
    scope = "floor" if row.naive else SCOPE_WORDS.get(row.scope, row.scope)
    return Line(row.family, scope, row.naive, cells)


def paired_lines(evidence: Evidence) -> list[Line]:
    """Return each row against every yardstick; rows that were never tested are left out."""
    pairs = Pairs(evidence.paired)
    lines = [
        _line(row, *(_tested(pairs, yardstick, row) for yardstick in YARDSTICKS))
        for row in _lines(evidence.leaderboard)
    ]
    return [line for line in lines if any(line.cells)]


def _tested(pairs: Pairs, yardstick: Any, row: Row) -> Tested | None:
    found = pairs.against(yardstick, (row.family, row.scope))
    if found is None:
        return None
    return Tested(found.word, found.amount, found.span, found.p_text)


@dataclass(frozen=True, slots=True)
class SignalLine:
    """What a row's ranking would be worth before costs."""

    line: Line
    whisker: Whisker | None
    strong: bool


def signal_lines(evidence: Evidence) -> tuple[list[SignalLine], float]:
    """Return the signal's figures per row, and where zero lies on the whiskers' scale."""
    table = evidence.signal
    scale = column_scale(table, "long_short")
    lines = [
        _signal(row, part(table, (row.family, row.scope)).iloc[0], scale)
        for row in _lines(evidence.leaderboard)
        if len(row.of(table))
    ]
    return lines, scale.place(0.0)


def _signal(row: Row, record: pd.Series, scale: Scale) -> SignalLine:
    low, value, high = (record[f"long_short{end}"] for end in ("_low", "", "_high"))
    cells = (
        percent(value, 2, signed=True),
        interval(100 * low, 100 * high, 2),
        number(record["long_short_t"], 1),
        number(record["sharpe"], 2),
        number(record["psr"], 2),
        number(record["dsr"], 2),
        count(record["trials"]),
        percent(record["turnover"], 0),
        number(record["rank_autocorrelation"], 2),
        count(record["n_days"]),
    )
    whisker = scale.whisker(low, value, high)
    return SignalLine(_line(row, *cells), whisker, leaves_out_zero(low, high))


def calibration_lines(evidence: Evidence) -> list[Line]:
    """Return coverage and skill per row, given beside recalibrated; the last cell is the target."""
    return [
        _line(row, *_calibrated(row.of(evidence.calibration), row.of(evidence.pit)))
        for row in _lines(evidence.leaderboard)
        if len(row.of(evidence.calibration))
    ]


def _calibrated(table: pd.DataFrame, pit: pd.DataFrame) -> tuple[str, ...]:
    pooled = table[table["kind"] == "all"].set_index("variant").to_dict("index")
    targets = calibration_targets(table).set_index("variant").to_dict("index")
    level = pit.groupby("variant")["p"].first()
    cells: list[str] = []
    for variant in ("given", "recalibrated"):
        record, target = pooled.get(variant, {}), targets.get(variant, {})
        cells += [percent(record.get(f"coverage_{level}")) for level in (50, 80, 90)]
        cells += [percent(target.get("symbols_within"), 0)]
        cells += [_met(target.get("met")), number(level.get(variant))]
        cells += [percent(record.get(f"{loss}_skill"), signed=True) for loss in ("pinball", "crps")]
    return tuple(cells)


def _met(target: Any) -> str:
    if target is None or pd.isna(target):
        return MISSING
    return "met" if target else "missed"


def regime_lines(evidence: Evidence) -> list[Mapping[str, str]]:
    """Return the regimes in time: span, market, the best floor, and who differs from reversal."""
    kinds = evidence.leaderboard[["family", "scope", "kind"]]
    table = evidence.regimes.merge(kinds, on=["family", "scope"])
    return [_regime(str(regime), spans) for regime, spans in table.groupby("regime", sort=False)]


def _regime(regime: str, table: pd.DataFrame) -> dict[str, str]:
    floors = table[table["kind"] == "naive"].dropna(subset=["rank_ic"]).sort_values("rank_ic")
    models = table[table["kind"] != "naive"]
    first = table.iloc[0]
    best = floors.iloc[-1] if len(floors) else None
    return {
        "regime": regime,
        "span": f"{first['first']} to {first['last']}",
        "market": percent(first["market"], 1, signed=True),
        "days": count(table["n_days"].max()),
        "floor": MISSING if best is None else f"{best['family']} {number(best['rank_ic'])}",
        "above": _differing(models[models["increment_low"] > 0]),
        "below": _differing(models[models["increment_high"] < 0]),
    }


def _differing(models: pd.DataFrame) -> str:
    names = [
        f"{family} ({SCOPE_WORDS.get(scope, scope)})"
        for family, scope in models[["family", "scope"]].itertuples(index=False)
    ]
    return listed(names) or "none"


def fold_lines(evidence: Evidence) -> list[Mapping[str, str]]:
    """Return the folds: what was tested, how many instances were sound, skipped, failed."""
    counts = ["n_ok", "n_degenerate", "n_skipped", "n_failed"]
    return [
        {
            "fold": str(fold),
            "span": f"{table['first'].min()} to {table['last'].max()}",
            "days": count(table["n_days"].max()),
        }
        | {name: count(table[name].sum()) for name in counts}
        for fold, table in evidence.folds.groupby("fold")
    ]


def selection_lines(evidence: Evidence) -> list[Line]:
    """Return, per row that selects features, how many and how much of them stays."""
    table = evidence.selection
    return [
        _line(row, *_selected(row.of(table)))
        for row in _lines(evidence.leaderboard)
        if len(row.of(table))
    ]


def _selected(table: pd.DataFrame) -> tuple[str, ...]:
    kept = table["jaccard"].dropna()
    families = Counter(
        name.strip() for names in table["most"].dropna() for name in str(names).split(",")
    )
    return (
        count(table["fold"].nunique()),
        _between(count(table["features"].min()), count(table["features"].max())),
        percent(kept.mean(), 0) if len(kept) else MISSING,
        percent(kept.min(), 0) if len(kept) else MISSING,
        ", ".join(name for name, _ in families.most_common(6)) or MISSING,
    )


def _between(least: str, most: str) -> str:
    return least if least == most else f"{least} to {most}"
