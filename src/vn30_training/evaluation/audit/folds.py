"""The audit of splitters: no training label may end inside the span it is tested on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vn30_training.evaluation.audit.findings import Finding

SHUFFLED = 0.2
"""Contiguous spans meet at their ends; above this share of tested rows with training rows right
before and right after, days were drawn."""

Rows = NDArray[np.int64]


def audit_splits(labels: pd.DataFrame, splits: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Check that no label window of an earlier part meets one of a later part.

    Parameters
    ----------
    labels
        ``symbol``, ``date``, ``label_end`` of every row.
    splits
        By name: a split (anything with ``mask(labels, part)``; training meets neither validation
        nor test, validation not test), or a pair of training and test rows, as masks or positions.

    Returns
    -------
    list of dict
        One finding ``splitter`` per split.
    """
    windows = _Windows(labels)
    return [_audit(labels, name, split, windows).to_dict() for name, split in splits.items()]


class _Windows:
    """The window [date, label_end] of every row, as numbers that keep symbols apart."""

    def __init__(self, labels: pd.DataFrame) -> None:
        self.code = pd.factorize(labels["symbol"], sort=True)[0].astype(np.int64)
        day = labels["date"].to_numpy().astype("datetime64[D]").astype(np.int64)
        ended = labels["label_end"].fillna(labels["date"]).to_numpy()
        end = ended.astype("datetime64[D]").astype(np.int64)
        far = 2 * int(max(end.max(), -day.min())) + 1
        self.start, self.end = self.code * far + day, self.code * far + end

    def meeting(self, earlier: Rows, later: Rows) -> Rows:
        """Return the rows of ``earlier`` whose window meets one of ``later``."""
        begun = np.searchsorted(np.sort(self.start[later]), self.end[earlier], side="right")
        over = np.searchsorted(np.sort(self.end[later]), self.start[earlier], side="left")
        return earlier[begun > over]

    def surrounded(self, train: Rows, test: Rows) -> float:
        """Return the share of test rows right after and right before a training row."""
        role = np.zeros(len(self.code), dtype=np.int8)
        role[train], role[test] = 1, 2
        role = role[np.argsort(self.start, kind="stable")]
        among = (role[1:-1] == 2) & (role[:-2] == 1) & (role[2:] == 1)
        return float(among.sum() / max(len(test), 1))


def _audit(labels: pd.DataFrame, name: str, split: Any, windows: _Windows) -> Finding:
    met, worst = 0, None
    for (first, earlier), (second, later) in _pairs(labels, split):
        rows = windows.meeting(earlier, later)
        met += len(rows)
        if len(rows) and worst is None:
            row = labels.iloc[rows[0]]
            worst = (
                f"{row['symbol']} on {row['date'].date()} ({first}) has a return that ends on "
                f"{row['label_end'].date()}, inside {second}"
            )
            shuffled = windows.surrounded(earlier, later) > SHUFFLED
    if worst is None:
        return Finding("splitter", name, "pass", detail="no label window meets a later part's")
    sickness = "shuffled folds" if shuffled else "overlapping labels"
    return Finding("splitter", name, "fail", sickness, f"{met} rows; {worst}")


def _pairs(labels: pd.DataFrame, split: Any) -> list[tuple[tuple[str, Rows], tuple[str, Rows]]]:
    if hasattr(split, "mask"):
        train, valid, test = (
            (part, np.flatnonzero(split.mask(labels, part))) for part in ("train", "valid", "test")
        )
        return [(train, valid), (train, test), (valid, test)]
    train, test = (
        (part, _positions(rows)) for part, rows in zip(("train", "test"), split, strict=True)
    )
    return [(train, test)]


def _positions(rows: Any) -> Rows:
    given = np.asarray(rows)
    return np.flatnonzero(given) if given.dtype == bool else given.astype(np.int64)
