"""Processors in a row: made from configuration, fitted on training rows, kept as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from difflib import get_close_matches
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vn30_training.features.processors import columns, cross_section, fitted
from vn30_training.features.processors.base import Processor

PROCESSORS: dict[str, type[Processor]] = {
    processor.__name__: processor
    for processor in (
        columns.DropnaProcessor,
        columns.DropnaLabel,
        columns.Fillna,
        cross_section.ProcessInf,
        columns.TanhProcess,
        fitted.MinMaxNorm,
        fitted.ZScoreNorm,
        fitted.RobustZScoreNorm,
        cross_section.CSZScoreNorm,
        cross_section.CSRankNorm,
        cross_section.CSZFillna,
        columns.FilterCol,
        columns.DropCol,
    )
}


def build(config: Mapping[str, Any]) -> Processor:
    """Make a processor from ``{"class": name, "kwargs": {...}}``.

    Raises
    ------
    ValueError
        If the class, an argument or a key is unknown; the message has the nearest valid name.
    """
    _known(config, ("class", "kwargs"), "key of a processor")
    name = config.get("class", "")
    _known([name], PROCESSORS, "processor")
    kwargs = config.get("kwargs") or {}
    _known(kwargs, [one.name for one in fields(PROCESSORS[name])], f"argument of {name}")
    return PROCESSORS[name](**kwargs)


def _known(names: Any, valid: Any, what: str) -> None:
    for name in names:
        if name not in valid:
            near = get_close_matches(str(name), list(valid), n=1, cutoff=0.0)
            hint = f"; did you mean {near[0]!r}?" if near else "."
            raise ValueError(f"{name!r} is no {what}{hint}")


class ProcessorChain:
    """Processors for inference, and further ones that only learning data passes.

    ``transform`` gives the inference view. ``transform_learn`` gives the learning view: the same,
    then the learning processors, which may drop rows or change labels (qlib's "append").

    Examples
    --------
    >>> chain = ProcessorChain.from_config([{"class": "Fillna", "kwargs": {"fill_value": 0}}])
    >>> day = pd.Timestamp("2024-01-02")
    >>> frame = pd.DataFrame({"symbol": ["AAA"], "date": [day], "F": [np.nan]})
    >>> float(chain.fit(frame, np.array([True])).transform(frame)["F"].iloc[0])
    0.0
    """

    def __init__(self, infer: Sequence[Processor], learn: Sequence[Processor] = ()) -> None:
        self.infer, self.learn = tuple(infer), tuple(learn)
        for processor in self.infer:
            if processor.learn_only:
                name = type(processor).__name__
                raise ValueError(f"{name} looks at labels: it belongs to the learn processors.")

    @classmethod
    def from_config(
        cls, infer: Sequence[Mapping[str, Any]], learn: Sequence[Mapping[str, Any]] = ()
    ) -> Self:
        """Make an unfitted chain from lists of ``{"class": name, "kwargs": {...}}``."""
        return cls([build(one) for one in infer], [build(one) for one in learn])

    def fit(self, frame: pd.DataFrame, train_mask: NDArray[np.bool_]) -> Self:
        """Fit every processor on the training rows, as the ones before it leave them.

        Parameters
        ----------
        frame
            ``symbol``, ``date`` and columns of features (and labels).
        train_mask
            True on the rows of training, one entry per row.
        """
        rows = frame.loc[train_mask]
        if rows.empty:
            raise ValueError("There are no training rows to fit the processors on.")
        for processor in (*self.infer, *self.learn):
            processor.fit(rows)
            rows = processor.transform(rows)
        return self

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the inference view: no label is looked at, no label processor applied."""
        for processor in self.infer:
            frame = processor.transform(frame)
        return frame

    def transform_learn(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the learning view."""
        frame = self.transform(frame)
        for processor in self.learn:
            frame = processor.transform(frame)
        return frame

    def to_state(self) -> dict[str, Any]:
        """Return configuration and learned numbers as JSON values; floats survive bit-equal."""
        return {"infer": _states(self.infer), "learn": _states(self.learn)}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Rebuild the fitted chain that `to_state` described."""
        return cls(_restored(state["infer"]), _restored(state["learn"]))


def _states(processors: Sequence[Processor]) -> list[dict[str, Any]]:
    return [
        {"class": type(one).__name__, "kwargs": one.options(), "state": one.state()}
        for one in processors
    ]


def _restored(states: Sequence[Mapping[str, Any]]) -> list[Processor]:
    processors = []
    for one in states:
        processor = build({"class": one["class"], "kwargs": one["kwargs"]})
        processor.restore(dict(one["state"]))
        processors.append(processor)
    return processors
