"""The summary at the end of a run, for terminals of any width, with or without colour."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from rich import box
from rich.console import Console, ConsoleOptions, Group, JustifyMethod, RenderResult
from rich.table import Table
from rich.text import Text

from vn30_training.reporting.formatting import duration, plain
from vn30_training.reporting.leaderboard import LeaderboardRow, leaderboard_rows
from vn30_training.reporting.tables import Trouble, troubles

# Columns by what decides most: heading and attribute of the row. As many as fit are shown.
COLUMNS = (
    ("rank IC", "rank_ic"),
    ("t", "rank_ic_t"),
    ("over\nreversal", "increment"),
    ("MAE\nskill %", "mae_skill"),
    ("right\n%", "accuracy"),
    ("majority\n%", "majority"),
    ("80 %\nholds", "coverage_80"),
    ("instances", "status"),
    ("fit", "seconds"),
)
# Blanks between two columns, one of them drawn by the table itself.
GAP = 2
NAMES_SHOWN = 4


class Summary:
    """What a run found; rich asks it to draw itself at the width of the terminal."""

    def __init__(
        self,
        leaderboard: pd.DataFrame,
        instances: pd.DataFrame,
        report_path: Path | str,
        seconds: float,
        *,
        simulated: bool = False,
        survivorship: bool = False,
    ) -> None:
        self.rows = leaderboard_rows(leaderboard)
        self.troubles = troubles(instances)
        self.report_path = str(report_path)
        self.seconds = seconds
        self.simulated = simulated
        self.survivorship = survivorship

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the parts; the path of the report is the last line."""
        yield from notes(simulated=self.simulated, survivorship=self.survivorship)
        yield from board(self.rows, options.max_width)
        if self.troubles:
            yield Text()
            yield from (_trouble(trouble) for trouble in self.troubles)
        yield from ending(self.report_path, self.seconds)


def notes(*, simulated: bool, survivorship: bool) -> Iterator[Text]:
    """Yield the warnings that stand over every figure."""
    if simulated:
        yield Text("SIMULATED market: nothing here says anything of real stocks.", "bold yellow")
    if survivorship:
        yield Text("Survivorship-biased: members of the time are missing.", "bold yellow")


def board(rows: list[LeaderboardRow], width: int) -> Iterator[Table | Text]:
    """Yield the leaderboard, as many columns as fit, and what its slant means."""
    yield _table(rows, width)
    yield Text("Italic rows are floors: rules that cost nothing.", style="dim")


def ending(report_path: str, seconds: float) -> Iterator[Text]:
    """Yield how long it took and, as the last line, where the report is."""
    yield Text(f"\nTook {duration(seconds)}. Report:")
    yield Text(report_path, style="bold")


def summary(
    leaderboard: pd.DataFrame,
    instances: pd.DataFrame,
    report_path: Path | str,
    seconds: float,
    *,
    simulated: bool = False,
    survivorship: bool = False,
) -> Summary:
    """Return the summary of a run; print it with ``soft_wrap=True`` to keep long paths whole.

    Parameters
    ----------
    leaderboard
        From `vn30_training.evaluation.leaderboard.build_leaderboard`.
    instances
        ``family, scope, name, status, reason``, one row per instance.
    report_path
        Where the report is; printed last, on a line of its own.
    seconds
        How long the run took.
    simulated, survivorship
        Whether the prices are made up, and whether membership carries no dates.
    """
    return Summary(
        leaderboard,
        instances,
        report_path,
        seconds,
        simulated=simulated,
        survivorship=survivorship,
    )


def _table(rows: list[LeaderboardRow], width: int) -> Table:
    columns = [("family", "family"), ("scope", "scope"), *COLUMNS]
    cells = {name: [plain(getattr(row, name)) for row in rows] for _, name in columns}
    table = Table(
        box=box.SIMPLE_HEAD,
        show_edge=False,
        padding=(0, GAP - 1, 0, 0),
        pad_edge=False,
        header_style="dim",
    )
    room = width
    for heading, name in columns:
        room -= GAP + max(map(len, [*heading.split("\n"), *cells[name]]))
        if room < 0:
            del cells[name]
        else:
            table.add_column(heading, justify=_justify(name), no_wrap=True, vertical="bottom")
    for position, row in enumerate(rows):
        table.add_row(*(texts[position] for texts in cells.values()), style=_style(row))
    return table


def _justify(name: str) -> JustifyMethod:
    return "left" if name in ("family", "scope", "status") else "right"


def _style(row: LeaderboardRow) -> str:
    if row.floor:
        return "italic cyan"
    return "bold" if row.place == "1" else "" if row.ranked else "dim"


def _trouble(trouble: Trouble) -> Group:
    colour = {"failed": "red", "degenerate": "yellow"}.get(trouble.status, "dim")
    names = ", ".join(trouble.names[:NAMES_SHOWN])
    more = len(trouble.names) - NAMES_SHOWN
    if more > 0:
        names += f" and {more} more"
    head = Text.assemble((trouble.status, colour), f" {names}")
    return Group(head, Text(f"  {plain(trouble.reason)}", style="dim"))
