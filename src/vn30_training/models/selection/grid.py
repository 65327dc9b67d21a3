"""Search for a family's options on purged folds of the training rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vn30_training.models.contract import Family, Options, Samples
from vn30_training.models.selection.estimators import correlation
from vn30_training.models.selection.overfitting import probability_of_overfitting
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
        earliest first; where folds are tested in combinations, one path after the other) and their
        ``mean``.
    pbo
        `overfitting.probability_of_overfitting`; None where each fold was tested once only, or
        nothing was to be chosen.
    """

    best: dict[str, Any]
    table: list[dict[str, Any]]
    pbo: float | None = None

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
    """Fit every combination of the grid on every split; the best mean score wins, or the first.

    In each split the newest fifth of the training sessions, purged once more, stops the fit: the
    test rows of each of its folds only score it.

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

    splits = list(_splits(samples, checked(splitter)))
    table = []
    for values in ParameterGrid({name: list(tried) for name, tried in grid.items()}):
        own = family.options_type.model_validate({**options, **values})
        scores = _paths(_scores(family, own, split, seed, score) for split in splits)
        table.append({"options": values, "scores": scores, "mean": float(np.mean(scores))})
    best = max(table, key=lambda record: record["mean"])
    return Found(best["options"], table, _overfitting(table, splitter))


def _overfitting(table: Sequence[Mapping[str, Any]], splitter: PurgedKFold) -> float | None:
    if splitter.test_folds == 1 or len(table) < 2:
        return None
    paths = np.array([record["scores"] for record in table])
    return probability_of_overfitting(paths.reshape(len(table), -1, splitter.n_splits))


def _paths(splits: Iterable[Mapping[int, float]]) -> list[float]:
    """Put the scores of all splits in order: what was tested for the n-th time is the n-th path."""
    of_fold: dict[int, list[float]] = {}
    for scores in splits:
        for fold, score in scores.items():
            of_fold.setdefault(fold, []).append(score)
    paths = zip(*(of_fold[fold] for fold in sorted(of_fold)), strict=True)
    return [score for path in paths for score in path]


@dataclass(frozen=True, slots=True)
class _Split:
    fitting: Samples
    stopping: Samples
    tests: dict[int, Samples]


def _splits(samples: Samples, splitter: PurgedKFold) -> Iterator[_Split]:
    for train, tests in splitter.split_by_fold():
        fitting, stopping = _held_out(train, splitter)
        yield _Split(
            samples.at(samples.rows[fitting]),
            samples.at(samples.rows[stopping]),
            {fold: samples.at(samples.rows[test]) for fold, test in tests.items()},
        )


def _held_out(rows: Rows, splitter: PurgedKFold) -> tuple[Rows, Rows]:
    """Cut off the rows of the newest sessions, and those whose label reaches into them."""
    days = np.unique(splitter.date[rows])
    cut = days[int(len(days) * (1 - _STOPPING_SHARE))]
    fitting = rows[splitter.label_end[rows] < cut]
    if not len(fitting):
        raise ValueError(f"{len(days)} sessions are too few to fit and to stop on.")
    return fitting, rows[splitter.date[rows] >= cut]


def _scores(
    family: type[Family], options: Options, split: _Split, seed: int, score: Score
) -> dict[int, float]:
    """Fit once, and score each of the folds that are tested."""
    model = family.fit(split.fitting, split.stopping, options, seed)
    return {
        fold: score(model.predict(test).score, test.label[test.rows])
        for fold, test in split.tests.items()
    }
