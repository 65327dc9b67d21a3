"""What an audit found: one finding per check, and the verdict over all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

Verdict = Literal["pass", "fail", "skipped"]

SICKNESSES = {
    "whole-series transform": "a Fourier or wavelet smoothing, or another statistic, of the whole "
    "history",
    "normalised on all data": "a mean and scale, or a range, of the whole history",
    "graph of all data": "a statistic across stocks, such as correlations, of the whole history",
    "window reaching ahead": "a centred window, or a smoothing filter, that reads later sessions",
    "label among the features": "a return still to come",
    "backward fill": "gaps filled with what came after them",
    "price level": "the adjusted price level, which a later dividend changes",
    "today's members": "who is a member today, over all history",
    "same-bar fill": "a trade at a price of the very bar that decides it",
    "shuffled folds": "training days drawn from among the days tested",
    "overlapping labels": "training labels that end inside the span tested",
    "selection on all data": "features chosen by what happens after the training span",
    "processors fitted on all data": "scales learned after the training span",
    "fitted on all data": "a model fitted on more than its span",
    "calibrated on all data": "quantiles calibrated on more than the validation span",
    "label in the score": "the very return that is to be forecast",
    "skill on shuffled labels": "the answer, by a way that the other checks do not name",
    "blind": "nothing: the chain cannot learn even an answer that it is given",
}
"""What a sickness is, as the end of the sentence "the result depends on ..."."""

NOTES = ("member dates",)
"""Checks of the data given, not of the chain: skipping them leaves nothing unaudited."""

OF_FAMILIES = ("fit", "shuffled labels")
"""Checks that only instances of families go through."""

NOT_COVERED = (
    "warm starts from fold to fold, which train as fine-tuning does",
    "backtests and orders",
)
"""What no check looks at."""

BLIND = "blind"
OF_EACH = ("fit", "processors")
"""Checks that every instance must go through: another's says nothing of it."""

LEAST_CUTS = 50
"""Fewer cuts than these in the check of the future leave an audit incomplete."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found of one subject.

    Attributes
    ----------
    check
        The check's name, such as ``future``.
    subject
        The part of the chain: ``features``, ``labels``, ``ridge.VN30``, a split's name.
    verdict
        ``skipped`` where the question cannot be asked; ``detail`` says why.
    sickness
        A key of `SICKNESSES` where the verdict is ``fail``, else empty.
    detail
        What was seen, in words and numbers.
    cuts
        Days at which the check was made, where it is made at days.
    """

    check: str
    subject: str
    verdict: Verdict
    sickness: str = ""
    detail: str = ""
    cuts: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return the finding as JSON values."""
        return asdict(self)


def verdict(findings: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Judge a whole audit.

    Parameters
    ----------
    findings
        `Finding.to_dict` of every check made.

    Returns
    -------
    dict
        ``verdict``: ``leak found`` if any check failed but for blindness, ``incomplete`` if an
        instance was blind, a kind of check or an instance was only skipped, one of `OF_EACH` was
        skipped for an instance, or the future was cut less than `LEAST_CUTS` times, else
        ``clean``; ``summary``: one sentence; ``checks``, ``cuts``, ``families``: how many checks
        were decided, at how many cuts in total, on which families; ``failures``: the failing
        findings; ``missing``: what keeps the audit from being complete; ``skipped``: the checks
        left out and why; ``not_covered``: `NOT_COVERED`.
    """
    found = list(findings)
    decided = [one for one in found if one["verdict"] != "skipped"]
    failed = [one for one in found if one["verdict"] == "fail"]
    failures = [one for one in failed if one["sickness"] != BLIND]
    missing = [*_missing(found), *_blind(failed)]
    instances = [one["subject"] for one in decided if one["check"] in OF_FAMILIES]
    families = sorted({name.split(".")[0] for name in instances})
    facts = {
        "checks": len(decided),
        "cuts": sum(one["cuts"] for one in decided),
        "families": families,
        "failures": failures,
        "missing": missing,
        "skipped": [one for one in found if one["verdict"] == "skipped"],
        "not_covered": list(NOT_COVERED),
    }
    if failures:
        return {"verdict": "leak found", "summary": _leaks(failures), **facts}
    if missing:
        return {"verdict": "incomplete", "summary": _gaps(missing), **facts}
    summary = (
        f"No look-ahead found: {facts['checks']} checks with {facts['cuts']} cuts of the history, "
        f"on the data and on {len(families)} families. Not covered: {'; '.join(NOT_COVERED)}."
    )
    return {"verdict": "clean", "summary": summary, **facts}


def _missing(found: Sequence[Mapping[str, Any]]) -> list[str]:
    if not found:
        return ["no check was made"]
    missing = []
    found = [one for one in found if one["check"] not in NOTES]
    for column in ("check", "subject"):
        asked = Counter(one[column] for one in found)
        decided = {one[column] for one in found if one["verdict"] != "skipped"}
        missing += [f"{column} {name} was only skipped" for name in asked if name not in decided]
    for one in found:
        if one["check"] in OF_EACH and one["verdict"] == "skipped" and one["subject"] in decided:
            missing.append(f"{one['check']} of {one['subject']} was skipped: {one['detail']}")
        if one["check"] == "future" and one["verdict"] == "pass" and one["cuts"] < LEAST_CUTS:
            missing.append(f"{one['subject']} was cut only {one['cuts']} times")
    return missing


def _blind(failed: Sequence[Mapping[str, Any]]) -> list[str]:
    """Tell of chains that see not even a given answer: what else they passed proves nothing."""
    return [
        f"{one['subject']} is blind: {one['detail']}" for one in failed if one["sickness"] == BLIND
    ]


def _leaks(failures: Sequence[Mapping[str, Any]]) -> str:
    names = list(dict.fromkeys((one["subject"], one["sickness"]) for one in failures))
    told = [f"{subject} depends on {SICKNESSES[sickness]}" for subject, sickness in names[:3]]
    more = f", and {len(names) - 3} more" if len(names) > 3 else ""
    return f"Look-ahead found: {'; '.join(told)}{more}."


def _gaps(missing: Sequence[str]) -> str:
    more = f", and {len(missing) - 3} more" if len(missing) > 3 else ""
    return f"No look-ahead found, but the audit is incomplete: {'; '.join(missing[:3])}{more}."
