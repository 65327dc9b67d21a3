"""What the checks before training found, for terminals with or without colour."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from vn30_training.models.check import Check
from vn30_training.reporting.formatting import plain

READY = "ALL CHECKS PASSED - Ready to train"


def render(checks: Sequence[Check]) -> RenderableType:
    """Return one line per family, then the verdict: ready, or what failed, why, and what to do.

    Parameters
    ----------
    checks
        In the order in which they are to be told.
    """
    failed = [check for check in checks if not check.passed]
    lines = [*_subjects(checks), Text()]
    if not failed:
        return Group(*lines, Text(READY, style="bold green"))
    lines.append(Text(f"NOT READY: {len(failed)} of {len(checks)} checks failed", "bold red"))
    return Group(*lines, *(line for check in failed for line in _failure(check)))


def _subjects(checks: Sequence[Check]) -> Iterator[Text]:
    """Yield what passed of each family, and below it which instances will be skipped."""
    for name in dict.fromkeys(_family(check) for check in checks):
        own = [check for check in checks if _family(check) == name]
        passed = [check.name for check in own if check.passed]
        mark, style = ("ok", "green") if len(passed) == len(own) else ("failed", "red")
        yield Text.assemble((f"{mark:<7}", style), name, (f"  {', '.join(passed)}", "dim"))
        for check in own:
            if check.passed and "skipped" in check.detail:
                yield Text(f"       {plain(check.detail)}", style="dim")


def _family(check: Check) -> str:
    """Return the family of an instance, or whatever else was checked."""
    return check.subject.partition(".")[0]


def _failure(check: Check) -> Iterator[Text]:
    yield Text.assemble(("failed ", "red"), f"{check.subject}: {check.name}")
    yield Text(f"  {plain(check.detail)}")
    if check.remedy:
        yield Text(f"  {check.remedy}", style="dim")
