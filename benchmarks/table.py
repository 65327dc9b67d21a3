"""The results of benchmarks as one table in Markdown."""

from __future__ import annotations

import statistics

from benchmarks.contest import Claim, Contest, Reading

HEADINGS = (
    "work",
    "ours",
    "peer or baseline",
    "ours s",
    "peer s",
    "ratio of medians",
    "of minima",
    "target",
    "met",
    "checked equal",
)


def contest_rows(contest: Contest, seconds: dict[str, list[float]]) -> list[tuple[str, ...]]:
    """Return a row per claim."""
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    minima = {name: min(values) for name, values in seconds.items()}
    return [_claim_row(contest, claim, medians, minima) for claim in contest.claims]


def _claim_row(
    contest: Contest, claim: Claim, medians: dict[str, float], minima: dict[str, float]
) -> tuple[str, ...]:
    ratio, best = claim.ratio(medians), claim.ratio(minima)
    return (
        contest.work,
        claim.ours,
        claim.peer,
        f"{medians[claim.ours]:.3g}",
        f"{medians[claim.peer]:.3g}",
        _ratio(ratio, claim),
        _ratio(best, claim),
        _target(claim),
        {True: "yes", False: "no", None: ""}[claim.is_met(medians)],
        contest.equality,
    )


def _ratio(ratio: float, claim: Claim) -> str:
    return f"{ratio:.2f}" if claim.is_share else f"{ratio:.3g}x"


def _target(claim: Claim) -> str:
    if claim.limit is not None:
        return f"<= {claim.limit:g} s"
    if claim.target is None:
        return ""
    return f"<= {claim.target:g}" if claim.is_share else f">= {claim.target:g}x"


def reading_row(reading: Reading) -> tuple[str, ...]:
    """Return the row of a number that stands alone."""
    value = f"{reading.value:.3g} {reading.unit}"
    target = f"<= {reading.limit:g} {reading.unit}"
    met = "yes" if reading.value <= reading.limit else "no"
    return (reading.work, value, "", "", "", "", "", target, met, reading.equality)


def left_out_row(work: str, reason: str) -> tuple[str, ...]:
    """Return the row of a benchmark whose peer is not to be had."""
    return (work, *[""] * (len(HEADINGS) - 3), "left out", reason)


def render(rows: list[tuple[str, ...]]) -> str:
    """Return the table."""
    table = [HEADINGS, *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(HEADINGS))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in table
    ]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])
