"""Corporate actions as a file says them: read strictly, every error with its row and remedy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from vn30_training.market.checks.codes import issue
from vn30_training.market.issues import DataError, DataIssue
from vn30_training.market.strict_csv import as_day, as_number, read_rows
from vn30_training.market.symbols import safe_symbol
from vn30_training.trading.corporate_actions import COLUMNS, KINDS

_TYPES = {
    "symbol": "str",
    "ex_date": "datetime64[us]",
    "kind": "str",
    "cash_vnd": "float64",
    "ratio": "float64",
}
NO_ACTIONS = pd.DataFrame(columns=list(COLUMNS)).astype(_TYPES)

_HAS = {"cash_vnd": ("cash", "rights"), "ratio": tuple(kind for kind in KINDS if kind != "cash")}
"""The kinds that have each amount."""
_RANGE = {"cash_vnd": (10, 1_000_000), "ratio": (0.0001, 10)}
"""Beyond it lie thousand VND, per cent and slips of the pen."""


def read_actions(path: Path) -> pd.DataFrame:
    """Read a file of corporate actions.

    Parameters
    ----------
    path
        A CSV file with the columns of `corporate_actions.COLUMNS`: the ex-date as ISO, a kind of
        `KINDS`, VND a share, new shares for each held. An amount that a kind does not have is empty
        or 0.

    Returns
    -------
    DataFrame
        What `corporate_actions.place_actions` takes, by date and symbol.

    Raises
    ------
    DataError
        With every error in the file and its row: nothing is repaired.
    """
    issues: list[DataIssue] = []
    rows: dict[tuple[object, ...], list[object]] = {}
    for line, cells in read_rows(path, "D044", COLUMNS):
        symbol = _symbol(cells["symbol"])
        key = (symbol, as_day(cells["ex_date"]), cells["kind"])
        found = list(_why_wrong(cells))
        if not found and key in rows:
            found.append(("D049", f"{' '.join(map(str, key))} has a row before this one."))
        issues += [issue(c, text, symbol=symbol, file=path.name, row=line) for c, text in found]
        rows[key] = [*key, *(as_number(cells[name]) or None for name in _RANGE)]
    if issues:
        raise DataError(issues)
    table = pd.DataFrame(list(rows.values()), columns=list(COLUMNS)).astype(_TYPES)
    return table.sort_values(["ex_date", "symbol", "kind"], ignore_index=True)


def _why_wrong(cells: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the code of each error of a row and what was found."""
    if _symbol(cells["symbol"]) is None:
        yield "D045", f"symbol is {cells['symbol'] or 'empty'!r}."
    if as_day(cells["ex_date"]) is None:
        yield "D046", f"ex_date is {cells['ex_date'] or 'empty'!r}."
    kind = cells["kind"]
    if kind not in KINDS:
        kinds = "; ".join(f"{name} = {what}" for name, what in KINDS.items())
        yield "D047", f"kind is {kind or 'empty'!r}; {kinds}."
        return
    for name, (least, most) in _RANGE.items():
        cell = cells[name]
        value = as_number(cell or "0")
        if kind not in _HAS[name]:
            if value != 0:
                yield "D048", f"{name} is {cell!r}, which {kind} does not have."
        elif value is None or not least <= value <= most:
            yield "D048", f"{name} is {cell or 'empty'!r}; of {kind} it is {least:,} to {most:,}."


def _symbol(text: str) -> str | None:
    try:
        return safe_symbol(text)
    except ValueError:
        return None
