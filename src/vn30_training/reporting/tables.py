"""Rows of tables as a reader sees them: strings, and the marks that say how to take them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd


@dataclass(frozen=True, slots=True)
class Trouble:
    """Instances that share a status and the reason for it."""

    status: str
    reason: str
    names: tuple[str, ...]

    @property
    def families(self) -> str:
        """The families concerned."""
        return ", ".join(sorted({name.partition(".")[0] for name in self.names}))


def troubles(instances: pd.DataFrame) -> list[Trouble]:
    """Return what failed, was skipped or is degenerate, the same reasons put together."""
    bad = instances[instances["status"] != "ok"].fillna({"reason": "no reason was recorded"})
    found = [
        Trouble(str(status), str(reason), tuple(sorted(part["name"])))
        for (status, reason), part in bad.groupby(["status", "reason"], sort=True)
    ]
    order = {"failed": 0, "degenerate": 1}
    return sorted(found, key=lambda trouble: order.get(trouble.status, 2))


UNLEARNED = {
    "training loss fell": "the training loss never fell",
    "validation improved": "the validation loss did not improve within the first 10 rounds",
    "no NaN in the curve": "a loss was not a number",
    "files reload": "the files forecast otherwise than the model that was saved",
}
"""What it means that a check after training failed; a degenerate model has its own status."""


def doubts(instances: pd.DataFrame) -> list[Trouble]:
    """Return the checks after training that failed, with the instances in which they did.

    The column ``doubts`` names them, joined by semicolons; it may be missing.
    """
    told = instances.reindex(columns=["name", "doubts"]).dropna()
    return [
        Trouble("doubtful", meaning, names)
        for check, meaning in UNLEARNED.items()
        if (names := tuple(sorted(told.loc[[check in one for one in told["doubts"]], "name"])))
    ]


@dataclass(frozen=True, slots=True)
class IssueGroup:
    """All findings of one code."""

    code: str
    level: str
    meaning: str
    count: int
    symbols: tuple[str, ...]
    examples: tuple[str, ...]
    fix: str

    @property
    def where(self) -> str:
        """The symbols concerned."""
        return some(self.symbols)


def issue_groups(
    issues: Iterable[Mapping[str, Any]],
    meanings: Mapping[str, str],
    examples: int = 3,
) -> list[IssueGroup]:
    """Return findings by code, errors first, each with a few examples and the way to mend it."""
    by_code: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for issue in issues:
        by_code.setdefault((str(issue["level"]), str(issue["code"])), []).append(issue)
    return [
        IssueGroup(
            code=code,
            level=level,
            meaning=meanings.get(code, ""),
            count=len(found),
            symbols=tuple(sorted({str(i["symbol"]) for i in found if i.get("symbol")})),
            examples=tuple(dict.fromkeys(_told(issue) for issue in found[:examples])),
            fix=str(found[0]["fix"]),
        )
        for (level, code), found in sorted(by_code.items())
    ]


def _told(issue: Mapping[str, Any]) -> str:
    line = f"line {issue['row']}" if issue.get("row") is not None else None
    where = " ".join(str(p) for p in (issue.get("file") or issue.get("symbol"), line) if p)
    return shortened(f"{where}: {issue['message']}" if where else str(issue["message"]))


def shortened(text: str, most: int = 140) -> str:
    """Return a text cut between words, with an ellipsis where something is missing."""
    return textwrap.shorten(text, most, placeholder=" …")


@dataclass(frozen=True, slots=True)
class RepairGroup:
    """All repairs of one kind."""

    name: str
    meaning: str
    rows: int
    where: str


def repair_groups(
    repairs: Iterable[Mapping[str, Any]], meanings: Mapping[str, str]
) -> list[RepairGroup]:
    """Return repairs by kind: what was done, to how many rows, where."""
    by_kind: dict[str, list[Mapping[str, Any]]] = {}
    for repair in repairs:
        by_kind.setdefault(str(repair["repair"]), []).append(repair)
    return [
        RepairGroup(
            name,
            meanings.get(name, ""),
            sum(int(repair.get("rows") or 0) for repair in found),
            some(sorted({str(repair.get("symbol") or repair.get("file")) for repair in found})),
        )
        for name, found in sorted(by_kind.items())
    ]


def some(names: Sequence[str], most: int = 8) -> str:
    """Return names with commas, the first few and their number where they are many."""
    if len(names) <= most:
        return ", ".join(names)
    return f"{', '.join(names[: most - 2])} and {len(names) - most + 2} more"


def flatten(facts: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Return a nested dictionary as dotted names and texts, in its own order."""
    lines: list[tuple[str, str]] = []
    for key, value in facts.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping) and value:
            lines += flatten(value, f"{name}.")
        else:
            lines.append((name, _text(value)))
    return lines


def _text(value: Any) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(str(item) for item in value) or "none"
    return "none" if value is None else str(value)
