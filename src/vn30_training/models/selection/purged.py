"""Cross-validation for labels that overlap: folds in time, purged and embargoed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from math import comb
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.intp]
Days = NDArray[np.datetime64]

LEAKS = (
    "leaks: labels span several sessions and the stocks of a day move together, so the rows beside "
    "a test row tell its label. Say `folds: n`, which cuts time into n purged folds"
)


class LeakingSplitterError(TypeError):
    """A way to split that would put a test row's own returns among the training labels."""


class PurgedKFold:
    """Folds that are contiguous in time, with no training label that meets the test span.

    A splitter as scikit-learn knows them. The sessions are cut into ``n_splits`` runs of nearly
    equal length; all stocks of a session are tested together. A row is left out of training if
    its label's window ``[date, label_end]`` meets a test fold's (purge), or if its date is one
    of the ``embargo`` sessions after that window (Lopez de Prado 2018, Advances in Financial
    Machine Learning, chapter 7). With several ``test_folds`` every combination of so many folds is
    tested at once (combinatorial purged cross-validation, chapter 12 there).

    Parameters
    ----------
    n_splits
        Number of folds, at least 2.
    date, label_end
        Of each row that will be split, in that order: the session at whose close the features are
        known, and the session at which the label ends. Shape (rows,), datetime64, not NaT.
    embargo
        Sessions left out after a test fold's last label has ended.
    test_folds
        Folds tested at once.

    Raises
    ------
    ValueError
        If an argument is impossible, or there are fewer sessions than folds.

    Examples
    --------
    >>> days = np.arange("2024-01-01", "2024-01-07", dtype="datetime64[D]")
    >>> splitter = PurgedKFold(3, days, days + np.timedelta64(1, "D"))
    >>> [(train.tolist(), test.tolist()) for train, test in splitter.split()]
    [([3, 4, 5], [0, 1]), ([0, 5], [2, 3]), ([0, 1, 2], [4, 5])]
    """

    def __init__(
        self, n_splits: int, date: Days, label_end: Days, embargo: int = 0, test_folds: int = 1
    ) -> None:
        if not 0 < test_folds < n_splits or embargo < 0:
            raise ValueError(
                f"{n_splits} folds, {test_folds} of them tested, and an embargo of {embargo} "
                "sessions: impossible."
            )
        if date.shape != label_end.shape or date.ndim != 1:
            raise ValueError("date and label_end must have one entry per row, both.")
        if np.isnat(date).any() or np.isnat(label_end).any() or (label_end < date).any():
            raise ValueError("Each row needs a date and a label_end not before it.")
        self.sessions = np.unique(date)
        if len(self.sessions) < n_splits:
            raise ValueError(f"{len(self.sessions)} sessions cannot be cut into {n_splits} folds.")
        self.n_splits = n_splits
        self.date, self.label_end = date, label_end
        self.embargo = embargo
        self.test_folds = test_folds

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:  # noqa: ARG002
        """Return how often is split."""
        return comb(self.n_splits, self.test_folds)

    def split(
        self,
        X: Any = None,
        y: Any = None,  # noqa: ARG002
        groups: Any = None,  # noqa: ARG002
    ) -> Iterator[tuple[Rows, Rows]]:
        """Yield the positions of the training and of the test rows of each split, earliest first.

        Raises
        ------
        ValueError
            If ``X`` has other rows than the splitter was made for, or a split has no row to train
            on.
        """
        if X is not None and len(X) != len(self.date):
            raise ValueError(f"The splitter knows {len(self.date)} rows, X has {len(X)}.")
        for train, tests in self.split_by_fold():
            yield train, np.concatenate(list(tests.values()))

    def split_by_fold(self) -> Iterator[tuple[Rows, dict[int, Rows]]]:
        """Yield the same, the test rows by the number of their fold, counted from 0."""
        tested, clear = [], []
        for days in np.array_split(self.sessions, self.n_splits):
            test = (self.date >= days[0]) & (self.date <= days[-1])
            tested.append(np.flatnonzero(test))
            clear.append(self._clear_of(days[0], self.label_end[test].max()))
        for chosen in combinations(range(self.n_splits), self.test_folds):
            train = np.logical_and.reduce([clear[fold] for fold in chosen])
            if not train.any():
                told = " and ".join(map(str, chosen))
                raise ValueError(f"Fold {told} of {self.n_splits} has no row left to train on.")
            yield np.flatnonzero(train), {fold: tested[fold] for fold in chosen}

    def _clear_of(self, first: np.datetime64, last: np.datetime64) -> NDArray[np.bool_]:
        """Mark the rows whose label's window ends before ``first`` or starts after the embargo."""
        following = np.searchsorted(self.sessions, last, side="right") + self.embargo
        after = np.zeros(len(self.date), dtype=bool)
        if following < len(self.sessions):
            after = self.date >= self.sessions[following]
        return (self.label_end < first) | after


def checked(splitter: Any) -> PurgedKFold:
    """Return the splitter if it is purged.

    Raises
    ------
    LeakingSplitterError
        For a number of folds as scikit-learn's ``cv`` takes it, `KFold`, `ShuffleSplit` and all
        else that knows nothing of label windows.
    """
    if not isinstance(splitter, PurgedKFold):
        said = splitter if isinstance(splitter, int) else type(splitter).__name__
        raise LeakingSplitterError(f"cv={said} {LEAKS}.")
    return splitter
