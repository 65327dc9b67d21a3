"""The future taken away: nothing computed for the days before may change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vn30_training.evaluation.audit.chain import Chain, Frame
from vn30_training.evaluation.audit.comparing import Market, Table, compare
from vn30_training.evaluation.audit.cuts import WORLDS, Cut, World
from vn30_training.evaluation.audit.diagnosis import Trace, coming_returns, diagnose, traces
from vn30_training.evaluation.audit.findings import Finding
from vn30_training.evaluation.audit.given import Given, Tables

STAGES = ("panel", "features", "labels")
Y = ("y_raw", "y_z", "y_rank")
FARTHEST_RETURN = 21
NAMED = 3
"""So many of the sick columns are named."""


def audit_future(chain: Chain, given: Given, cuts: Sequence[Cut], seed: int) -> list[Finding]:
    """Cut the history at each day, in both ways, and compare each stage up to it.

    Only the first cause is accused: where the panel sees the future, what is made of it does too.
    """
    watch = _Watch(chain, given, cuts)
    for cut in cuts:
        for world in WORLDS:
            watch.look(given.cut(cut, world, seed).run(chain), cut, world)
    findings: list[Finding] = []
    sick = ""
    for stage in STAGES:
        if not watch.seen[stage].places:
            detail = f"bit-equal up to {len(cuts)} days with the future replaced and deleted"
            findings.append(Finding("future", stage, "pass", detail=detail, cuts=len(cuts)))
        elif sick:
            findings.append(Finding("future", stage, "skipped", detail=f"made from sick {sick}"))
        else:
            findings += watch.accuse(stage)
            sick = stage
    return findings


@dataclass
class _Seen:
    """What was seen of one stage over all cuts."""

    traces: list[Trace] = field(default_factory=list)
    places: list[str] = field(default_factory=list)


class _Watch:
    """Compares what a chain makes of a cut history with what it makes of the whole one."""

    def __init__(self, chain: Chain, given: Given, cuts: Sequence[Cut]) -> None:
        self.chain, self.given, self.cuts = chain, given, cuts
        self.market = Market.of(given.prices)
        self.whole = given.run(chain)
        self.before = {
            stage: Table.of(self.market, getattr(self.whole, stage)) for stage in STAGES[:2]
        }
        self.seen = {stage: _Seen() for stage in STAGES}

    def look(self, tables: Tables, cut: Cut, world: World) -> None:
        """Compare every stage up to the cut."""
        place = self.market.place(cut.day)
        for stage in STAGES:
            before = self.before.get(stage) or self._stage(self.whole, stage, cut.day)
            change = compare(before, self._stage(tables, stage, cut.day), place)
            if not change.any:
                continue
            seen = self.seen[stage]
            seen.places.append(f"{cut.day.date()} ({cut.kind}, {world})")
            # Where the later days are gone a window loses its end: noise tells how far it looks.
            if world == "noise" or not seen.traces:
                seen.traces += traces(before, change, place)

    def _stage(self, tables: Tables, stage: str, day: pd.Timestamp) -> Table:
        frame: Frame = getattr(tables, stage)
        if stage == "labels":
            # A return is known once its label has ended, and must stay what it was from then on.
            unknown = frame["label_end"] > day
            frame = frame.assign(**{name: frame[name].mask(unknown) for name in Y})
        return Table.of(self.market, frame)

    def accuse(self, stage: str) -> list[Finding]:
        """Name the sicknesses of a stage: one finding each, with the columns that have it."""
        seen = self.seen[stage]
        where = f"at {len(seen.places)} of {len(WORLDS) * len(self.cuts)} cuts"
        where = f"{where}, first {seen.places[0]}"
        if not seen.traces:
            detail = f"rows come or go {where}"
            return [self._finding(stage, "whole-series transform", detail)]
        table = Table.of(self.market, getattr(self.whole, stage))
        columns = {trace.column for trace in seen.traces}
        returns = coming_returns(table, columns, self._returns(table))
        named = diagnose(seen.traces, self._across(stage, table), returns)
        findings = []
        for sickness in dict.fromkeys(name for name, _ in named.values()):
            sick = [column for column, (name, _) in named.items() if name == sickness]
            more = f" and {len(sick) - NAMED} more" if len(sick) > NAMED else ""
            detail = f"{', '.join(sick[:NAMED])}{more}: {named[sick[0]][1]}; {where}"
            findings.append(self._finding(stage, sickness, detail))
        return findings

    def _finding(self, stage: str, sickness: str, detail: str) -> Finding:
        return Finding("future", stage, "fail", sickness, detail, len(self.cuts))

    def _across(self, stage: str, before: Table) -> set[str]:
        """Return the columns of other symbols that change with the first symbol's future alone."""
        cut = len(self.market.days) // 2
        prices = self.given.prices
        later = prices["date"] > self.market.days[cut]
        rows = (later & (prices["symbol"] == self.market.symbols[0])).to_numpy()
        tables = self.given.noisy(rows, 1).run(self.chain)
        change = compare(before, Table.of(self.market, getattr(tables, stage)), cut)
        moved = change.cells[before.symbol[change.rows] != 0].any(axis=0)
        return {before.columns[column] for column in change.columns[moved]}

    def _returns(self, table: Table) -> dict[str, NDArray[np.float64]]:
        """Return coming returns in the table's rows: of 1 to 21 sessions, and the labels."""
        shape = len(self.market.symbols), len(self.market.days) + FARTHEST_RETURN
        close = np.full(shape, np.nan)
        panel = Table.of(self.market, self.whole.panel)
        close[panel.symbol, panel.day] = panel.numbers[:, panel.columns.index("close")]
        here = close[table.symbol, table.day]
        returns = {
            f"{ahead} sessions": close[table.symbol, table.day + ahead] / here - 1
            for ahead in range(1, FARTHEST_RETURN + 1)
        }
        labels = Table.of(self.market, self.whole.labels)
        if np.array_equal(labels.key, table.key):
            returns |= {name: labels.numbers[:, labels.columns.index(name)] for name in Y}
        return returns
