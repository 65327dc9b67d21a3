"""Steps of feature selection in a row, learned from training rows, kept as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np

from vn30_training.models.contract import Samples
from vn30_training.models.selection.methods import (
    Choice,
    Floats,
    by_correlation,
    by_elimination,
    by_importance,
    by_redundancy,
)
from vn30_training.models.selection.purged import Days, PurgedKFold
from vn30_training.models.selection.steps import (
    Correlation,
    Importance,
    RecursiveElimination,
    Step,
)


@dataclass(frozen=True, slots=True)
class Selected:
    """The features that an instance reads, and why.

    Attributes
    ----------
    selected
        Names of the features kept, in the order of the samples they were chosen from.
    dropped
        How many others there were.
    steps
        Of each step, as JSON values: its options, ``importance`` of the features it looked at,
        and what else it tells.
    """

    selected: tuple[str, ...]
    dropped: int
    steps: tuple[dict[str, Any], ...]

    def to_state(self) -> dict[str, Any]:
        """Return what `from_state` reads, as JSON values."""
        return {**asdict(self), "selected": list(self.selected), "steps": list(self.steps)}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Rebuild what `to_state` returned."""
        return cls(tuple(state["selected"]), state["dropped"], tuple(state["steps"]))


def select(samples: Samples, label_end: Days, steps: Sequence[Step]) -> Selected:
    """Choose features by what they tell of the label on ``samples.rows``.

    Parameters
    ----------
    samples
        Processed features; ``rows`` are the training rows, and no other row is looked at.
    label_end
        The session at which the label of each of ``samples.rows`` ends, in that order.
    steps
        What to do; each step chooses among the features that the one before it kept.
    """
    x = samples.features[samples.rows].astype(np.float64)
    x[~np.isfinite(x)] = np.nan
    y = samples.label[samples.rows].astype(np.float64)
    days = samples.date[samples.rows]
    names, told = samples.feature_names, []
    for step in steps:
        choice = _choose(x, y, names, days, label_end, step)
        told.append(_tell(step, names, choice))
        names = tuple(names[i] for i in choice.kept)
        x = x[:, choice.kept]
    return Selected(names, len(samples.feature_names) - len(names), tuple(told))


def _choose(
    x: Floats, y: Floats, names: tuple[str, ...], days: Days, label_end: Days, step: Step
) -> Choice:
    match step:
        case Importance():
            return by_importance(x, y, names, step)
        case RecursiveElimination():
            splitter = PurgedKFold(step.folds, days, label_end, step.embargo)
            return by_elimination(x, y, splitter, step)
        case Correlation():
            return by_correlation(x, y, step)
        case _:
            return by_redundancy(x, y, step.top)


def _tell(step: Step, names: tuple[str, ...], choice: Choice) -> dict[str, Any]:
    importance = {
        name: float(value)
        for name, value in zip(names, choice.importance, strict=True)
        if np.isfinite(value)
    }
    return {**step.model_dump(mode="json"), "importance": importance, **choice.facts}
