"""What is wrong, told from where the past changes when the future does."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vn30_training.evaluation.audit.comparing import Bools, Change, Table

WHOLE = 0.5
"""A change that reaches back over this share of the history is one of the whole history."""

LEAST_HISTORY = 60
"""Cuts with fewer sessions before them cannot tell a window from the whole history."""

_AFFINE = 1e-4


@dataclass(frozen=True, slots=True)
class Trace:
    """What one column did before one cut.

    Attributes
    ----------
    column
        Its name.
    reach
        Sessions ahead that the earliest changed row must have looked to see past the cut.
    history
        Sessions there are before the cut.
    filled
        Whether only rows without a bar changed, or rows that repeat what follows them.
    affine
        Whether each symbol's old values and new ones differ by a shift and a scale only.
    """

    column: str
    reach: int
    history: int
    filled: bool
    affine: bool


def traces(before: Table, change: Change, cut: int) -> list[Trace]:
    """Describe the change of each column that changed."""
    days = before.day[change.rows]
    reach = (cut - days + 1)[:, None] * change.cells
    filled = _filled(before, change)
    return [
        Trace(
            before.columns[column],
            int(reach[:, at].max()),
            cut - int(days.min()) + 1,
            bool(filled[change.cells[:, at], at].all()),
            _affine(before, change, at),
        )
        for at, column in enumerate(change.columns)
    ]


def diagnose(
    found: Sequence[Trace], across: Collection[str] = (), returns: Collection[str] = ()
) -> dict[str, tuple[str, str]]:
    """Name the sickness of each column.

    Parameters
    ----------
    found
        The traces of all cuts.
    across
        Columns of a symbol that change with another symbol's future.
    returns
        Columns that are a coming return, see `coming_returns`.

    Returns
    -------
    dict
        Sickness and detail by column.
    """
    by_column: dict[str, list[Trace]] = {}
    for trace in found:
        by_column.setdefault(trace.column, []).append(trace)
    return {
        column: _name(own, column in across, column in returns) for column, own in by_column.items()
    }


def _name(found: Sequence[Trace], across: bool, a_return: bool) -> tuple[str, str]:
    reach = int(np.median([trace.reach for trace in found]))
    if all(trace.filled for trace in found):
        return "backward fill", "only rows without a bar or a value of their own change"
    if a_return:
        return "label among the features", f"it is a return over the next {reach} sessions"
    long = [trace for trace in found if trace.history >= LEAST_HISTORY] or list(found)
    shares = [trace.reach / trace.history for trace in long]
    if float(np.median(shares)) < WHOLE:
        return "window reaching ahead", f"it looks {reach} sessions ahead"
    if sum(trace.affine for trace in long) > len(long) / 2:
        return "normalised on all data", "all history moves by one shift and scale"
    if across:
        return "graph of all data", "all history moves, also with the future of other stocks"
    return "whole-series transform", f"changes reach back {reach} sessions"


def coming_returns(
    table: Table, columns: Collection[str], returns: Mapping[str, NDArray[np.float64]]
) -> set[str]:
    """Return the columns whose correlation with some coming return is above 0.9 in size.

    Parameters
    ----------
    table
        The features.
    columns
        Those that look ahead.
    returns
        Coming returns by name, in the rows of ``table``.
    """
    return {
        column
        for column in columns
        if any(
            abs(_correlation(table.numbers[:, table.columns.index(column)], one)) > 0.9
            for one in returns.values()
        )
    }


def _correlation(one: NDArray[np.floating], two: NDArray[np.float64]) -> float:
    known = np.isfinite(one) & np.isfinite(two)
    if known.sum() < 3 or np.ptp(one[known]) == 0 or np.ptp(two[known]) == 0:
        return 0.0
    return float(np.corrcoef(one[known].astype(np.float64), two[known])[0, 1])


def _filled(before: Table, change: Change) -> Bools:
    """Return the cells without a bar, or with the value of the symbol's next row."""
    rows = change.rows
    following = np.minimum(rows + 1, len(before.symbol) - 1)
    here = before.numbers[np.ix_(rows, change.columns)]
    there = before.numbers[np.ix_(following, change.columns)]
    same = (before.symbol[rows] == before.symbol[following])[:, None] & (here == there)
    return np.asarray(same | ~before.traded(rows)[:, None])


def _affine(before: Table, change: Change, at: int) -> bool:
    old = before.numbers[change.rows, change.columns[at]].astype(np.float64)
    new = change.after[:, at].astype(np.float64)
    known = np.isfinite(old) & np.isfinite(new) & change.cells.any(axis=1)
    symbol = before.symbol[change.rows]
    return all(
        _is_line(old[mine], new[mine])
        for mine in (known & (symbol == one) for one in np.unique(symbol[known]))
    )


def _is_line(old: NDArray[np.float64], new: NDArray[np.float64]) -> bool:
    if len(old) < LEAST_HISTORY or np.ptp(old) == 0:
        return True
    fitted = np.polyval(np.polyfit(old, new, 1), old)
    return bool(np.abs(new - fitted).max() <= _AFFINE * max(np.ptp(new), np.ptp(old)))
