"""The future taken away: nothing computed for the days before may change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vn30_training.evaluation.audit.chain import Chain, Frame
from vn30_training.evaluation.audit.comparing import Change, Market, Table, compare
from vn30_training.evaluation.audit.cuts import (
    WORLDS,
    Cut,
    World,
    after_cut,
    noisy_where,
    sessions_until,
)
from vn30_training.evaluation.audit.diagnosis import Trace, coming_returns, diagnose, traces
from vn30_training.evaluation.audit.findings import Finding

STAGES = ("panel", "features", "labels")
Y = ("y_raw", "y_z", "y_rank")
FARTHEST_RETURN = 21


@dataclass(frozen=True)
class Tables:
    """What a chain makes of prices: the stages up to labels."""

    panel: Frame
    features: Frame
    labels: Frame


def run_chain(chain: Chain, prices: Frame, sessions: Frame, members: Frame) -> Tables:
    """Run the chain up to its labels."""
    panel = chain.panel(prices, sessions, members)
    return Tables(panel, chain.features(panel), chain.labels(panel, sessions))


@dataclass
class _Seen:
    """What was seen of one stage over all cuts."""

    traces: list[Trace] = field(default_factory=list)
    lost: int = 0
    places: list[str] = field(default_factory=list)


def audit_future(
    chain: Chain,
    prices: Frame,
    sessions: Frame,
    members: Frame,
    cuts: Sequence[Cut],
    seed: int,
) -> list[Finding]:
    """Cut the history at each day, in both ways, and compare each stage up to it.

    A stage is judged by the first cause only: where the panel sees the future, what is made of it
    does too and is not accused.
    """
    market = Market.of(prices)
    whole = run_chain(chain, prices, sessions, members)
    before = {stage: _stage(market, whole, stage, None) for stage in STAGES}
    seen = {stage: _Seen() for stage in STAGES}
    for cut in cuts:
        for world in WORLDS:
            known = after_cut(prices, cut.day, world, seed)
            calendar = sessions if world == "noise" else sessions_until(sessions, cut.day)
            tables = run_chain(chain, known, calendar, members)
            _look(market, whole, before, tables, cut, world, seen)
    findings = []
    sick = ""
    for stage in STAGES:
        if sick and seen[stage].places:
            findings.append(Finding("future", stage, "skipped", detail=f"made from sick {sick}"))
        elif seen[stage].places:
            findings += _accuse(chain, prices, sessions, members, whole, market, stage, seen, cuts)
            sick = sick or stage
        else:
            detail = f"bit-equal up to {len(cuts)} days with the future replaced and deleted"
            findings.append(Finding("future", stage, "pass", detail=detail, cuts=len(cuts)))
    return findings


def _stage(market: Market, tables: Tables, stage: str, cut: pd.Timestamp | None) -> Table:
    frame: Frame = getattr(tables, stage)
    if stage == "labels" and cut is not None:
        # A return is known once its label has ended, and must stay what it was from then on.
        unknown = frame["label_end"] > cut
        frame = frame.assign(**{name: frame[name].mask(unknown) for name in Y})
    return Table.of(market, frame)


def _look(
    market: Market,
    whole: Tables,
    before: dict[str, Table],
    tables: Tables,
    cut: Cut,
    world: World,
    seen: dict[str, _Seen],
) -> None:
    place = market.place(cut.day)
    for stage in STAGES:
        one = before[stage] if stage != "labels" else _stage(market, whole, stage, cut.day)
        change = compare(one, _stage(market, tables, stage, cut.day), place)
        if not change.any:
            continue
        seen[stage].lost += change.lost
        seen[stage].places.append(f"{cut.day.date()} ({cut.kind}, {world})")
        # Where the later days are gone, a window loses its end: noise alone tells how far it looks.
        if world == "noise" or not seen[stage].traces:
            seen[stage].traces += traces(one, change, place)


def _accuse(
    chain: Chain,
    prices: Frame,
    sessions: Frame,
    members: Frame,
    whole: Tables,
    market: Market,
    stage: str,
    seen: dict[str, _Seen],
    cuts: Sequence[Cut],
) -> list[Finding]:
    own = seen[stage]
    where = f"at {len(own.places)} of {len(WORLDS) * len(cuts)} cuts, first {own.places[0]}"
    if not own.traces:
        detail = f"{own.lost} rows come or go {where}"
        return [Finding("future", stage, "fail", "whole-series transform", detail, len(cuts))]
    columns = {trace.column for trace in own.traces}
    table = Table.of(market, getattr(whole, stage))
    returns = _returns(market, whole, table)
    across = _across(chain, prices, sessions, members, market, table, stage)
    named = diagnose(own.traces, across, coming_returns(table, columns, returns))
    findings = []
    for sickness in dict.fromkeys(name for name, _ in named.values()):
        sick = [column for column, (name, _) in named.items() if name == sickness]
        why = named[sick[0]][1]
        more = f" and {len(sick) - 3} more" if len(sick) > 3 else ""
        detail = f"{', '.join(sick[:3])}{more}: {why}; {where}"
        findings.append(Finding("future", stage, "fail", sickness, detail, len(cuts)))
    return findings


def _across(
    chain: Chain,
    prices: Frame,
    sessions: Frame,
    members: Frame,
    market: Market,
    before: Table,
    stage: str,
) -> set[str]:
    """Return the columns of other symbols that change with the first symbol's future alone."""
    cut = len(market.days) // 2
    later = (prices["date"] > market.days[cut]) & (prices["symbol"] == market.symbols[0])
    changed = noisy_where(prices, later.to_numpy(), 1)
    tables = run_chain(chain, changed, sessions, members)
    change: Change = compare(before, Table.of(market, getattr(tables, stage)), cut)
    others = before.symbol[change.rows] != 0
    moved = change.cells[others].any(axis=0)
    return {before.columns[column] for column in change.columns[moved]}


def _returns(market: Market, whole: Tables, table: Table) -> dict[str, NDArray[np.float64]]:
    """Return coming returns in the table's rows: the labels, and those of 1 to 21 sessions."""
    close = np.full((len(market.symbols), len(market.days) + FARTHEST_RETURN), np.nan)
    panel = Table.of(market, whole.panel)
    close[panel.symbol, panel.day] = panel.numbers[:, panel.columns.index("close")]
    here = close[table.symbol, table.day]
    returns = {
        f"{ahead} sessions": close[table.symbol, table.day + ahead] / here - 1
        for ahead in range(1, FARTHEST_RETURN + 1)
    }
    labels = Table.of(market, whole.labels)
    if np.array_equal(labels.key, table.key):
        columns = (labels.columns.index(name) for name in Y)
        returns |= {name: labels.numbers[:, at] for name, at in zip(Y, columns, strict=True)}
    return returns
