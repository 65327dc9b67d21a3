"""Train, validation and test spans that no label window crosses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from itertools import pairwise
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

Part = Literal["train", "valid", "test"]
PARTS: tuple[Part, ...] = ("train", "valid", "test")
Days = NDArray[np.datetime64]


class SplitOptions(BaseModel):
    """Where the history is cut.

    Attributes
    ----------
    method
        ``dates``: at ``train_end`` and ``valid_end``; ``ratio``: by share of the sessions.
    train_start, train_end, valid_end, test_end
        Last days of the parts, each inclusive; without ``train_start`` or ``test_end`` the first or
        last session of the labels.
    ratios
        Shares of the sessions for train, valid and test.
    gap_days
        Sessions left out before the validation and the test span. By default as many as the label
        needs, and never fewer.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    method: Literal["dates", "ratio"] = "ratio"
    train_start: date | None = None
    train_end: date | None = None
    valid_end: date | None = None
    test_end: date | None = None
    ratios: tuple[float, float, float] = (0.70, 0.15, 0.15)
    gap_days: int | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        cuts = (self.train_end, self.valid_end)
        if self.method == "dates" and None in cuts:
            raise ValueError("a split by dates needs train_end and valid_end")
        if self.method == "ratio" and cuts != (None, None):
            raise ValueError("a split by ratio takes no train_end or valid_end: say method: dates")
        if min(self.ratios) <= 0 or abs(sum(self.ratios) - 1) > 1e-9:
            raise ValueError(f"ratios must be positive and sum to 1, not {self.ratios}")
        given = [day for day in (self.train_start, *cuts, self.test_end) if day is not None]
        if any(later <= earlier for earlier, later in pairwise(given)):
            raise ValueError("train_start, train_end, valid_end, test_end must go forward in time")
        return self


@dataclass(frozen=True, slots=True)
class Span:
    """Sessions from ``first`` to ``last``, both inclusive, as ISO dates."""

    first: str
    last: str

    @classmethod
    def of(cls, days: Days) -> Self:
        """Return the span from the first to the last of ascending ``days``."""
        first, last = np.datetime_as_string(days[[0, -1]], unit="D")
        return cls(str(first), str(last))

    def holds(self, days: Days) -> NDArray[np.bool_]:
        """Mark the days that lie in the span."""
        return (days >= np.datetime64(self.first)) & (days <= np.datetime64(self.last))


@dataclass(frozen=True, slots=True)
class Split:
    """Three spans in order, with ``gap_days`` sessions left out between one and the next.

    ``fold`` numbers the folds of a walk-forward validation from 1; a single cut is fold 0.

    The gap (embargo) is at least the label's reach, so that on every session kept for training the
    label has ended before the first session of the next span. `mask` checks each row's own
    ``label_end`` besides (purge): a label that ends late, after a suspension, is left out too.
    """

    train: Span
    valid: Span
    test: Span
    gap_days: int
    fold: int = 0

    def mask(self, labels: pd.DataFrame, part: Part) -> NDArray[np.bool_]:
        """Mark the rows of ``labels`` (``date``, ``label_end``) that belong to a part.

        Rows whose return is not known yet are marked too; learning and scoring leave them out.
        """
        inside = {"train": self.train, "valid": self.valid, "test": self.test}[part].holds(
            labels["date"].to_numpy()
        )
        if part == "test":
            return inside
        following = self.valid if part == "train" else self.test
        return inside & (labels["label_end"].to_numpy() < np.datetime64(following.first))

    def to_dict(self) -> dict[str, Any]:
        """Return the split as JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return the split that `to_dict` wrote."""
        spans = {part: Span(**values[part]) for part in PARTS}
        return cls(**spans, gap_days=int(values["gap_days"]), fold=int(values["fold"]))


def label_reach(labels: pd.DataFrame) -> int:
    """Count the sessions from a row's ``date`` to its ``label_end``, at most over the rows.

    Sessions are all days that ``date``, ``trade_date`` or ``label_end`` name.
    """
    columns = ["date", "trade_date", "label_end"]
    known = labels.loc[labels["label_end"].notna(), columns]
    sessions = np.unique(np.concatenate([known[name].dropna().to_numpy() for name in columns]))
    starts, ends = (np.searchsorted(sessions, known[name]) for name in ("date", "label_end"))
    return int((ends - starts).max(initial=0))


def make_split(labels: pd.DataFrame, options: SplitOptions) -> Split:
    """Cut the sessions of ``labels`` into train, valid and test.

    Parameters
    ----------
    labels
        Labels of every symbol: ``date``, ``trade_date``, ``label_end`` (datetime64).
    options
        Where to cut.

    Raises
    ------
    ValueError
        If ``gap_days`` is shorter than the label's reach, or a part is left without a session.

    Notes
    -----
    Purge and embargo as in Lopez de Prado, Advances in Financial Machine Learning, chapter 7; in a
    split that only goes forward both take from the end of the earlier span.
    """
    gap = embargo(label_reach(labels), options.gap_days)
    sessions = np.unique(labels["date"].to_numpy())
    inside = np.ones(len(sessions), dtype=bool)
    if options.train_start is not None:
        inside &= sessions >= np.datetime64(options.train_start)
    if options.test_end is not None:
        inside &= sessions <= np.datetime64(options.test_end)
    sessions = sessions[inside]
    valid_at, test_at = _cuts(sessions, options)
    spans = {
        "train": sessions[: max(valid_at - gap, 0)],
        "valid": sessions[valid_at : max(test_at - gap, valid_at)],
        "test": sessions[test_at:],
    }
    empty = [part for part, days in spans.items() if len(days) == 0]
    if empty:
        raise ValueError(
            f"no session is left for {' and '.join(empty)}: {len(sessions)} sessions cut at "
            f"{valid_at} and {test_at}, with {gap} sessions left out before each cut"
        )
    train, valid, test = (Span.of(spans[part]) for part in PARTS)
    return Split(train, valid, test, gap)


def embargo(needed: int, given: int | None) -> int:
    """Return the sessions to leave out before a cut: those ``given``, or as many as ``needed``.

    Raises
    ------
    ValueError
        If fewer are given than needed.
    """
    if given is None:
        return needed
    if given < needed:
        raise ValueError(
            f"gap_days is {given}, but a label ends up to {needed} sessions after its date: with a "
            f"smaller gap training labels would contain returns of the next span. "
            f"Set gap_days to at least {needed}, or leave it out to get {needed}."
        )
    return given


def _cuts(sessions: Days, options: SplitOptions) -> tuple[int, int]:
    """Return the positions of the first validation and the first test session."""
    if options.method == "dates":
        ends = [np.datetime64(str(day)) for day in (options.train_end, options.valid_end)]
        valid_at, test_at = np.searchsorted(sessions, ends, side="right")
        return int(valid_at), int(test_at)
    train, valid, _ = options.ratios
    return round(len(sessions) * train), round(len(sessions) * (train + valid))
