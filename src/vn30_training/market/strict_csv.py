"""Small CSV files that a person keeps: read as they are, nothing guessed and nothing repaired."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection
from datetime import date
from pathlib import Path

from vn30_training.market.checks.codes import issue
from vn30_training.market.issues import DataError

Cells = dict[str, str]

_NUMBER = re.compile(r"\d+(\.\d+)?", re.ASCII)
_LONGEST = 24
"""Characters of a number: a program may write more digits than it knows."""


def read_rows(
    path: Path,
    code: str,
    columns: Collection[str],
    optional: Collection[str] = (),
    *,
    others: bool = False,
) -> list[tuple[int, Cells]]:
    """Read the rows that are not blank, with their lines in the file.

    Parameters
    ----------
    path
        A CSV file; the case of its header does not count.
    code
        Of the error that the file is no such table.
    columns
        Those it must have.
    optional
        Those it may have; their cells are empty where it has not.
    others
        Whether it may have any more, which are left out.

    Raises
    ------
    DataError
        If it is no text, or its columns or the cells of a row are not those.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            header = [name.strip().lower() for name in next(reader, [])]
            rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    except (UnicodeDecodeError, csv.Error, OSError) as error:
        raise DataError([issue(code, f"{error}.", file=path.name)]) from None
    known = {*columns, *optional}
    wrong = not set(columns) <= set(header) or not (others or set(header) <= known)
    told = [name for name in header if name in known or not others]
    if wrong or len(set(told)) < len(told):
        names = ", ".join(header) or "nothing"
        raise DataError([issue(code, f"The columns are {names}.", file=path.name, row=1)])
    rows = [(line, row) for line, row in rows if any(row)]
    for line, row in rows:
        if len(row) != len(header):
            found = f"{len(row)} cells under {len(header)} columns."
            raise DataError([issue(code, found, file=path.name, row=line)])
    kept = sorted(known)
    cells = [(line, dict(zip(header, row, strict=True))) for line, row in rows]
    return [(line, {name: one.get(name, "") for name in kept}) for line, one in cells]


def as_day(text: str) -> date | None:
    """Return an ISO date, None if it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def as_number(text: str) -> float | None:
    """Return a plain number, not below zero, None if it is none: no signs, no separators."""
    plain = _NUMBER.fullmatch(text) and len(text) <= _LONGEST
    return float(text) if plain else None
