"""The summary at the end of a backtest: verdicts family by family, in words, and the report."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from rich import box
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from vn30_training.reporting.backtest_verdicts import NO_BETTER, verdict
from vn30_training.reporting.backtest_words import takeaways
from vn30_training.reporting.console import ending, notes
from vn30_training.reporting.formatting import SCOPE_WORDS, count, percent, plain
from vn30_training.trading.backtest_tables import BacktestTables

HEADINGS = ("tried", "better", "no\nbetter", "worse", "growth\n% a year", "excess", "costs")


class BacktestSummary:
    """What a backtest found; rich asks it to draw itself at the width of the terminal."""

    def __init__(
        self,
        tables: BacktestTables,
        report_path: str,
        seconds: float,
        *,
        simulated: bool,
        survivorship: bool,
    ) -> None:
        self.tables = tables
        self.report_path = report_path
        self.seconds = seconds
        self.simulated = simulated
        self.survivorship = survivorship

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the parts; the path of the report is the last line."""
        yield from notes(simulated=self.simulated, survivorship=self.survivorship)
        yield self._board()
        yield Text(
            "Against buy and hold after costs; medians. Italic rows are benchmarks.\n", style="dim"
        )
        yield from self._sentences()
        yield from ending(self.report_path, self.seconds)

    def _board(self) -> Table:
        table = Table(
            box=box.SIMPLE_HEAD,
            show_edge=False,
            padding=(0, 1, 0, 0),
            pad_edge=False,
            header_style="dim",
        )
        for heading in ("strategies of", "scope"):
            table.add_column(heading, no_wrap=True, vertical="bottom")
        for heading in HEADINGS:
            table.add_column(heading, justify="right", no_wrap=True, vertical="bottom")
        for record in self.tables.benchmarks.to_dict("records"):
            figures = [percent(record[name]) for name in ("cagr", "excess_return", "costs_a_year")]
            cells = [str(record["strategy"]), "", "", "", "", "", *figures]
            table.add_row(*map(plain, cells), style="italic cyan")
        for (family, scope), part in self.tables.strategies.groupby(["family", "scope"]):
            who = [str(family), SCOPE_WORDS.get(str(scope), str(scope))]
            table.add_row(*map(plain, [*who, *_counted(part)]))
        return table

    def _sentences(self) -> Iterator[Text]:
        for sentence in takeaways(self.tables):
            yield Text.assemble((f"{sentence.about}: ", "bold"), plain(sentence.text))


def _counted(part: pd.DataFrame) -> list[str]:
    """Return how many strategies there are, how they stand, and their medians."""
    words = [verdict(record) for record in part.to_dict("records")]
    stand = [count(words.count(word)) for word in ("better", NO_BETTER, "worse")]
    medians = part[["cagr", "excess_return", "costs_a_year"]].median()
    return [count(len(part)), *stand, *(percent(value) for value in medians)]


def summary(
    tables: BacktestTables,
    path: Path | str,
    seconds: float,
    simulated: bool = False,
    survivorship: bool = False,
) -> BacktestSummary:
    """Return the summary of a backtest; print it with ``soft_wrap=True`` to keep paths whole.

    Parameters
    ----------
    tables
        What was found.
    path
        Where the report is; printed last, on a line of its own.
    seconds
        How long the run took.
    simulated, survivorship
        Whether the prices are made up, and whether members of the time are missing.
    """
    return BacktestSummary(
        tables, str(path), seconds, simulated=simulated, survivorship=survivorship
    )
