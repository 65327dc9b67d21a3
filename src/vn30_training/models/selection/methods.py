"""The ways to choose columns: each reads a matrix and a label, and says what it keeps and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vn30_training.features.alpha158.names import FAMILY_OF
from vn30_training.models.selection.dependence import relevance_and_redundancy
from vn30_training.models.selection.estimators import correlation, importances, make_estimator
from vn30_training.models.selection.purged import PurgedKFold, checked
from vn30_training.models.selection.steps import Correlation, Importance, RecursiveElimination

Floats = NDArray[np.float64]
Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Choice:
    """What a step keeps.

    Attributes
    ----------
    kept
        Positions of the columns kept, ascending.
    importance
        One number per column: gain, size of a coefficient, or relevance to the label. NaN where
        the method says none.
    facts
        JSON values worth keeping.
    """

    kept: Places
    importance: Floats
    facts: dict[str, Any] = field(default_factory=dict)


def by_importance(x: Floats, y: Floats, names: tuple[str, ...], step: Importance) -> Choice:
    """Keep the columns, or the families of columns, that a small model finds most important."""
    gain = importances(make_estimator(step.estimator, len(y)).fit(x, y))
    if step.by == "feature":
        return Choice(np.sort(_descending(gain)[: step.top]), gain)
    kept = [i for members in _families(names, gain, step.top) for i in members]
    return Choice(np.sort(np.array(kept, dtype=np.intp)), gain)


def _families(names: tuple[str, ...], gain: Floats, top: int) -> list[list[int]]:
    """Return the columns of the best families, until ``top`` columns are reached."""
    families: dict[str, list[int]] = {}
    for i, name in enumerate(names):
        families.setdefault(FAMILY_OF.get(name, name), []).append(i)
    ranked = sorted(families.values(), key=lambda members: -gain[members].sum())
    before = np.cumsum([0, *map(len, ranked)])[:-1]
    return [members for members, so_far in zip(ranked, before, strict=True) if so_far < top]


def by_elimination(
    x: Floats, y: Floats, splitter: PurgedKFold, step: RecursiveElimination
) -> Choice:
    """Keep as many columns as predict best on purged folds, those left after elimination from all.

    Recursive feature elimination (Guyon et al., Machine Learning 2002) with cross-validation, as
    scikit-learn's RFECV but for its steps: a share there is one of all columns at the start, which
    tries few sizes and none but the smallest below a fifth of the columns.

    Raises
    ------
    LeakingSplitterError
        If ``splitter`` is not purged.
    """
    scores = [
        [
            correlation(model.predict(x[test][:, columns]), y[test])
            for columns, model in _rounds(x[train], y[train], len(y), step)
        ]
        for train, test in checked(splitter).split(x)
    ]
    means = np.mean(scores, axis=0)
    best = len(means) - 1 - int(np.argmax(means[::-1]))
    left = list(islice(_rounds(x, y, len(y), step), best + 1))
    columns, model = left[-1]
    importance = np.full(x.shape[1], np.nan)
    importance[columns] = importances(model)
    sizes = _sizes(x.shape[1], step.step)
    return Choice(columns, importance, {"n_features": sizes, "correlation": means.tolist()})


def _rounds(
    x: Floats, y: Floats, rows: int, step: RecursiveElimination
) -> Iterator[tuple[Places, Any]]:
    """Give the columns of each round and the model fitted on them."""
    columns: Places = np.arange(x.shape[1])
    for fewer in (*_sizes(x.shape[1], step.step)[1:], 0):
        model = make_estimator(step.estimator, rows).fit(x[:, columns], y)
        yield columns, model
        columns = np.sort(columns[_descending(importances(model))[:fewer]])


def _sizes(count: int, share: float) -> list[int]:
    """Return how many columns are tried: each time a share less, one at least, down to one."""
    sizes = [count]
    while sizes[-1] > 1:
        sizes.append(sizes[-1] - max(1, int(share * sizes[-1])))
    return sizes


def by_correlation(x: Floats, y: Floats, step: Correlation) -> Choice:
    """Drop every column that is too correlated with a kept one of higher relevance."""
    relevance, redundancy = relevance_and_redundancy(x, y)
    kept: list[int] = []
    for i in _descending(relevance):
        if not (redundancy[i, kept] > step.threshold).any():
            kept.append(i)
    return Choice(np.sort(np.array(kept, dtype=np.intp)), relevance)


def by_redundancy(x: Floats, y: Floats, top: int) -> Choice:
    """Keep ``top`` columns, one after the other: relevance less mean redundancy with those kept.

    The difference form of Peng, Long and Ding (2005), Feature selection based on mutual
    information, with absolute rank correlations in place of mutual information.
    """
    relevance, redundancy = relevance_and_redundancy(x, y)
    merit, shared = relevance.copy(), np.zeros(len(relevance))
    kept: list[int] = []
    for _ in range(min(top, len(relevance))):
        best = int(np.argmax(merit))
        kept.append(best)
        shared += redundancy[best]
        merit = relevance - shared / len(kept)
        merit[kept] = -np.inf
    return Choice(np.sort(np.array(kept, dtype=np.intp)), relevance)


def _descending(values: Floats) -> Places:
    return np.argsort(-values, kind="stable")
