"""One instance under audit: its chain, and as much of the tables as its checks need."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vn30_training.evaluation.audit.chain import Chain, Frame, Mask, Model
from vn30_training.evaluation.audit.comparing import Market
from vn30_training.evaluation.audit.options import AuditOptions
from vn30_training.features.labels import LabelOptions
from vn30_training.models.scope import Scope
from vn30_training.models.training import Split

PARTS = ("train", "valid", "test")


@dataclass(frozen=True)
class Case:
    """One instance under audit.

    Attributes
    ----------
    name
        ``family.scope``.
    chain
        With the instance's training at its end.
    panel, features, labels
        The same rows in the same order.
    split
        Where it is trained, validated and tested.
    planted
        The feature in whose place the answer is put; None where the family learns nothing.
    least_planted
        The correlation with the label that the family must reach then.
    """

    name: str
    chain: Chain
    panel: Frame
    features: Frame
    labels: Frame
    split: Split
    scope: Scope
    options: AuditOptions
    planted: str | None
    least_planted: float

    @cached_property
    def model(self) -> Model:
        """The instance fitted as it is meant to be."""
        return self.chain.train(self.features, self.labels, self.split)

    @cached_property
    def bars(self) -> Frame:
        """The rows of the panel with a bar."""
        return self.panel[self.panel["close"].notna()]

    @cached_property
    def market(self) -> Market:
        """Symbols and days of the bars."""
        return Market.of(self.bars)

    @cached_property
    def sessions(self) -> Frame:
        """The sessions that the labels name."""
        days = sessions_of(self.labels)
        return pd.DataFrame(
            {"date": days, "observed": days <= self.labels["date"].to_numpy().max()}
        )

    def mask(self, part: str) -> Mask:
        """Return the rows of a part of the split."""
        return self.split.mask(self.labels, part)

    @property
    def fitted_until(self) -> pd.Timestamp:
        """The last day that training and validation rows may know: their labels' last end."""
        rows = self.mask("train") | self.mask("valid")
        return pd.Timestamp(self.labels.loc[rows, "label_end"].max())


def sessions_of(labels: Frame) -> NDArray[np.datetime64]:
    """Return all days that the labels name."""
    columns = ("date", "trade_date", "label_end")
    return np.unique(np.concatenate([labels[name].to_numpy() for name in columns]))


def label_options(labels: Frame) -> LabelOptions:
    """Return the span with which the labels were made."""
    days = sessions_of(labels)
    row = labels.iloc[0]
    at, start, end = (
        int(np.searchsorted(days, row[name].to_datetime64()))
        for name in ("date", "trade_date", "label_end")
    )
    return LabelOptions(start=start - at, end=end - at)


@dataclass(frozen=True)
class Shortened:
    """A split of which each part keeps the sessions nearest to the test span's beginning.

    The parts stay what they were, so whatever is wrong with them stays wrong.
    """

    split: Split
    options: AuditOptions

    def mask(self, labels: Frame, part: str) -> Mask:
        """Return the rows of a part's last sessions, of its first where it is the test."""
        rows = np.asarray(self.split.mask(labels, part), dtype=bool)
        days = np.unique(labels["date"].to_numpy()[rows])
        if part == "test":
            kept = days[: self.options.test_sessions]
        elif part == "valid":
            kept = days[-self.options.valid_sessions :]
        else:
            kept = days[-self.options.train_sessions :]
        return rows & np.isin(labels["date"].to_numpy(), kept)

    def around(self, labels: Frame) -> Mask:
        """Return all rows from the first to the last day of any part."""
        rows = np.logical_or.reduce([self.mask(labels, part) for part in PARTS])
        days = labels["date"].to_numpy()
        used = days[rows]
        return np.asarray((days >= used.min()) & (days <= used.max()), dtype=bool)
