"""Named sets of features, so that configuration can say ``alpha158`` instead of 158 names."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from vn30_training.features import signals
from vn30_training.features.alpha158.names import NAMES

SEQUENCE20: tuple[str, ...] = (
    *("RESI5", "WVMA5", "RSQR5", "KLEN", "RSQR10", "CORR5", "CORD5", "CORR10", "ROC60", "RESI10"),
    *(
        "VSTD5",
        "RSQR60",
        "CORR60",
        "WVMA60",
        "STD5",
        "RSQR20",
        "CORD60",
        "CORD10",
        "CORR20",
        "KLOW",
    ),
)
"""The columns of qlib's sequence models, chosen there by importance on CSI300."""

SETS: dict[str, tuple[str, ...]] = {
    "alpha158": NAMES,
    "sequence20": SEQUENCE20,
    "alpha158_20": SEQUENCE20,
    "signals": signals.NAMES,
    "alpha158_signals": (*NAMES, *signals.NAMES),
}

OPTIONAL = ("VWAP0",)
"""Features that a named set does without where the prices have no vwap."""


def resolve(name_or_list: str | Sequence[str], available: Sequence[str]) -> tuple[str, ...]:
    """Return the columns that a set's name, or a list of columns and sets' names, stands for.

    Columns keep the order of ``available``, as qlib's FilterCol does, and come once.

    Parameters
    ----------
    name_or_list
        A key of `SETS`, a column, or several of either.
    available
        The columns there are.

    Raises
    ------
    ValueError
        If a name is neither a set nor a column; the message has the nearest valid one.
    """
    names = [name_or_list] if isinstance(name_or_list, str) else list(name_or_list)
    wanted: set[str] = set()
    for name in names:
        wanted.update(_members(name, available))
    if not wanted:
        raise ValueError("No features were asked for.")
    return tuple(column for column in available if column in wanted)


def _members(name: str, available: Sequence[str]) -> list[str]:
    columns = [one for one in SETS.get(name, (name,)) if not (name in SETS and one in OPTIONAL)]
    for column in columns:
        if column not in available:
            near = get_close_matches(column, [*SETS, *available], n=1, cutoff=0.0)
            hint = f"; did you mean {near[0]!r}?" if near else "."
            raise ValueError(f"There is no feature or set {column!r}{hint}")
    optional = [one for one in OPTIONAL if one in SETS.get(name, ()) and one in available]
    return columns + optional
