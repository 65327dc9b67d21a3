"""The verdict of the leakage audit: first on the page, because nothing below it counts without."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from vn30_training.reporting.formatting import plural
from vn30_training.reporting.tables import shortened, some

COMMAND = "kedro run --pipeline=audit"
OTHERS = {"data": "other data", "code": "other code", "configuration": "another configuration"}
# What was found matters first, then what was never looked at.
ORDER = {"fail": 0, "skipped": 1, "pass": 2}


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found of some subjects."""

    check: str
    verdict: str
    sickness: str
    subjects: str
    detail: str
    cuts: int


@dataclass(frozen=True, slots=True)
class AuditSection:
    """The audit as a reader sees it; ``clean`` only where it is of what was evaluated."""

    kind: str
    title: str
    text: str
    findings: tuple[Finding, ...]

    @property
    def clean(self) -> bool:
        """Whether the figures may be read as free of look-ahead."""
        return self.kind == "clean"

    @property
    def caveat(self) -> str:
        """What the verdict means for each figure, in one sentence; empty where it is clean."""
        return {
            "leak": "The audit found a leak, so none of these figures counts.",
            "incomplete": "The audit is incomplete, so look-ahead is not ruled out.",
            "stale": "The audit is not of what was evaluated, so look-ahead is not ruled out.",
            "missing": "Nothing was audited, so look-ahead is not ruled out.",
        }.get(self.kind, "")


def audit_section(
    audit: Mapping[str, Any] | None,
    manifest: Mapping[str, Any],
    families: Iterable[str] = (),
) -> AuditSection:
    """Return the audit's verdict in words.

    Parameters
    ----------
    audit
        ``verdict`` (``clean``, ``leak found`` or ``incomplete``), ``summary``, ``checks``,
        ``cuts``, ``findings`` (``check, subject, verdict, sickness, detail, cuts``) and, if known,
        ``families`` (those audited) and ``fingerprint``; None where nothing was audited.
    manifest
        Its ``fingerprint``, a hash of each of `OTHERS`, must be the audit's where both are known.
    families
        The model families evaluated: a clean audit that left one out is no clean audit of it.
    """
    if audit is None:
        return AuditSection(
            "missing",
            "Not audited",
            f"Whether any of this is look-ahead was not checked; {COMMAND} checks it.",
            (),
        )
    found = findings(audit)
    audited, evaluated = audit.get("fingerprint"), manifest.get("fingerprint")
    if audited and evaluated and audited != evaluated:
        other = _others(audited, evaluated)
        text = f"The audit ({audit['verdict']}) is of {other}: run {COMMAND} again."
        return AuditSection("stale", "Audit out of date", text, found)
    kind = {"clean": "clean", "leak found": "leak"}.get(str(audit["verdict"]), "incomplete")
    left_out = sorted({*families} - {*audit.get("families", families)})
    if kind == "clean" and left_out:
        text = f"Not audited: {some(left_out)}; run {COMMAND} again. {_text(audit)}"
        return AuditSection("incomplete", "Audit incomplete", text, found)
    title = {"clean": "No leak found", "leak": "LEAK FOUND"}.get(kind, "Audit incomplete")
    return AuditSection(kind, title, _text(audit), found)


def _others(audited: Any, evaluated: Mapping[str, str]) -> str:
    """Say what differs between what was audited and what was evaluated."""
    known = audited if isinstance(audited, Mapping) else {}
    return " and ".join(OTHERS[name] for name in OTHERS if known.get(name) != evaluated[name])


def _text(audit: Mapping[str, Any]) -> str:
    looked = (
        f"{plural(audit.get('checks') or 0, 'check')}, "
        f"{plural(audit.get('cuts') or 0, 'cut')} through time."
    )
    return str(audit.get("summary") or looked)


def findings(audit: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Return what was found, failures first, the subjects of one finding put together."""
    groups: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for record in audit.get("findings") or ():
        names = ("verdict", "check", "sickness", "detail")
        groups.setdefault(tuple(str(record.get(name) or "") for name in names), []).append(record)
    ordered = sorted(groups.items(), key=lambda item: (ORDER.get(item[0][0], 1), item[0]))
    return tuple(
        Finding(
            check=check,
            verdict=verdict,
            sickness=sickness,
            subjects=some(sorted({str(record.get("subject") or "") for record in records})),
            detail=shortened(detail, 280),
            cuts=sum(int(record.get("cuts") or 0) for record in records),
        )
        for (verdict, check, sickness, detail), records in ordered
    )
