"""The summary at the end of an evaluation: the audit, the board, a line per family, the report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from vn30_training.evaluation.evidence import Evidence
from vn30_training.reporting.audit_section import AuditSection, audit_section
from vn30_training.reporting.console import board, ending, notes
from vn30_training.reporting.formatting import plain
from vn30_training.reporting.leaderboard import leaderboard_rows
from vn30_training.reporting.paragraphs import FLOORS, paragraphs, trials


class EvaluationSummary:
    """What an evaluation found; rich asks it to draw itself at the width of the terminal."""

    def __init__(
        self,
        evidence: Evidence,
        audit: AuditSection,
        report_path: str,
        seconds: float,
        *,
        simulated: bool,
        survivorship: bool,
    ) -> None:
        self.evidence = evidence
        self.audit = audit
        self.report_path = report_path
        self.seconds = seconds
        self.simulated = simulated
        self.survivorship = survivorship

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the parts; the path of the report is the last line."""
        yield from notes(simulated=self.simulated, survivorship=self.survivorship)
        yield self._audit()
        yield from board(leaderboard_rows(self.evidence.leaderboard), options.max_width)
        yield Text()
        yield from self._families()
        yield Text(plain(trials(self.evidence)), style="dim")
        yield from ending(self.report_path, self.seconds)

    def _audit(self) -> Text:
        style = {"clean": "green", "leak": "bold red"}.get(self.audit.kind, "bold yellow")
        title = f"Leakage audit: {self.audit.title}. "
        return Text.assemble((title, style), plain(self.audit.text))

    def _families(self) -> Iterator[Text]:
        for paragraph in paragraphs(self.evidence):
            if paragraph.family != FLOORS:
                yield Text.assemble((f"{paragraph.family}: ", "bold"), plain(paragraph.headline))


def summary(
    evidence: Evidence,
    audit: Mapping[str, Any] | None,
    path: Path | str,
    seconds: float,
    simulated: bool = False,
    survivorship: bool = False,
    manifest: Mapping[str, Any] | None = None,
) -> EvaluationSummary:
    """Return the summary of an evaluation; print it with ``soft_wrap=True`` to keep paths whole.

    Parameters
    ----------
    evidence
        What was found.
    audit
        The leakage audit, None where none was made.
    path
        Where the report is; printed last, on a line of its own.
    seconds
        How long the run took.
    simulated, survivorship
        Whether the prices are made up, and whether members of the time are missing.
    manifest
        Its fingerprint is held against the audit's, where both are known.
    """
    models = evidence.leaderboard.loc[evidence.leaderboard["kind"] != "naive", "family"]
    return EvaluationSummary(
        evidence,
        audit_section(audit, manifest or {}, models),
        str(path),
        seconds,
        simulated=simulated,
        survivorship=survivorship,
    )
