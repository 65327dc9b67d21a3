"""Search for a family's options on purged folds of the training rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vn30_training.models.contract import Family, Options, Samples
from vn30_training.models.selection.estimators import correlation
from vn30_training.models.selection.purged import PurgedKFold, Rows, checked

Score = Callable[[NDArray[Any], NDArray[Any]], float]

_STOPPING_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Found:
    """The result of a search.

    Attributes
    ----------
    best
        The winning values, option to value.
    table
        One record per combination, in the order tried: ``options``, ``scores`` (one per fold,
        earliest first) and their ``mean``.
    """

    best: dict[str, Any]
    table: list[dict[str, Any]]

    def to_state(self) -> dict[str, Any]:
        """Return both as JSON values."""
        return asdict(self)


def search(
    family: type[Family],
    samples: Samples,
    options: Mapping[str, Any],
    grid: Mapping[str, Sequence[Any]],
    splitter: PurgedKFold,
    seed: int = 0,
    score: Score = correlation,
) -> Found:
    """Fit every combination of the grid on every fold; the best mean score wins, the first if tied.

    In each fold the newest fifth of the training sessions, purged once more, stops the fit: the
    fold's test rows only score it.

    Parameters
    ----------
    family
        What is fitted.
    samples
        Its ``rows`` are the training rows; no label of another row is looked at.
    options
        The family's options, which the grid's values replace.
    grid
        Option to the values to try.
    splitter
        Made from date and label end of ``samples.rows``, in that order.
    seed
        Of every fit.
    score
        Takes predictions and labels of a fold's test rows; more is better.

    Raises
    ------
    LeakingSplitterError
        If ``splitter`` is not purged.
    """
    from sklearn.model_selection import ParameterGrid

    folds = list(_folds(samples, checked(splitter)))
    table = []
    for values in ParameterGrid({name: list(tried) for name, tried in grid.items()}):
        own = family.options_type.model_validate({**options, **values})
        scores = [_score(family, own, *fold, seed, score) for fold in folds]
        table.append({"options": values, "scores": scores, "mean": float(np.mean(scores))})
    best = max(table, key=lambda record: record["mean"])
    return Found(best["options"], table)


def _folds(samples: Samples, splitter: PurgedKFold) -> Iterator[tuple[Samples, Samples, Samples]]:
    for train, test in splitter.split(samples.rows):
        fitting, stopping = _held_out(train, splitter)
        yield (
            samples.at(samples.rows[fitting]),
            samples.at(samples.rows[stopping]),
            samples.at(samples.rows[test]),
        )


def _held_out(rows: Rows, splitter: PurgedKFold) -> tuple[Rows, Rows]:
    """Cut off the rows of the newest sessions, and those whose label reaches into them."""
    days = np.unique(splitter.date[rows])
    cut = days[int(len(days) * (1 - _STOPPING_SHARE))]
    fitting = rows[splitter.label_end[rows] < cut]
    if not len(fitting):
        raise ValueError(f"{len(days)} sessions are too few to fit and to stop on.")
    return fitting, rows[splitter.date[rows] >= cut]


def _score(
    family: type[Family],
    options: Options,
    train: Samples,
    stop: Samples,
    test: Samples,
    seed: int,
    score: Score,
) -> float:
    model = family.fit(train, stop, options, seed)
    return score(model.predict(test).score, test.label[test.rows])
