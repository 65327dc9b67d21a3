"""What can be wrong with a user's data: stable codes, and where, what and how to fix it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class DataIssue:
    """One finding.

    Attributes
    ----------
    code
        Stable code, ``D001`` and so on; `vn30_training.market.checks` lists them.
    level
        An ``error`` stops the symbol (or, without a symbol, the run); a ``warning`` is told.
    message
        What was found, in one sentence, with the value itself.
    fix
        What the user can do about it, in one sentence.
    symbol, file, row
        Where: row is the line in the file (the header is line 1); None where it does not apply.
    date
        The session concerned, ISO, where there is one.
    """

    code: str
    level: Level
    message: str
    fix: str
    symbol: str | None = None
    file: str | None = None
    row: int | None = None
    date: str | None = None

    def __str__(self) -> str:
        """Return one line for a terminal."""
        place = ":".join(str(part) for part in (self.file, self.row) if part is not None)
        words = (self.code, self.level, self.symbol, place, self.date)
        return f"{' '.join(word for word in words if word)}: {self.message} {self.fix}"


class DataError(ValueError):
    """Data that cannot be used; carries the issues that say why."""

    def __init__(self, issues: Iterable[DataIssue]) -> None:
        self.issues = tuple(issues)
        super().__init__("\n".join(str(issue) for issue in self.issues))
