"""What a model family is: options, samples in, predictions out, safe files.

A family is one class in one module of this package and one YAML file in
``conf/base/parameters/families``. `vn30_training.models.forecaster` does all that is common to
families around it: processors, seeds, calibration of quantiles, metadata.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from vn30_training.models.check import Check, check_model, with_planted_label

QUANTILES = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)
QUANTILE_COLUMNS = tuple(f"q{round(100 * level):02d}" for level in QUANTILES)


class Options(BaseModel):
    """Options of a family: frozen, typed, and closed to unknown names."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a family can do.

    Attributes
    ----------
    quantiles
        Predicts quantiles of the label itself, at the levels of `QUANTILES`.
    sequences
        Reads windows of past rows, not only the newest one.
    finetune
        Can go on from a fitted model with `Family.finetune`.
    explain
        Fills `Diagnostics.importance`.
    seeded
        Another seed gives another model.
    learns
        Fits anything at all (naive rules do not).
    iterates
        Learns in epochs or rounds, one record of the learning curve each, in that order.
    """

    quantiles: bool = False
    sequences: bool = False
    finetune: bool = False
    explain: bool = False
    seeded: bool = False
    learns: bool = True
    iterates: bool = False


@dataclass(frozen=True, slots=True)
class Samples:
    """A table of features in (symbol, date) order, and the rows of it that are meant.

    All arrays have one entry per row of the table and are read-only; ``rows`` indexes into them.
    Rows outside ``rows`` are history that windows may look back on. A symbol's rows are contiguous,
    one per session from its first to its last, so row ``i - 1`` is the session before row ``i``
    unless the symbol changes.

    Attributes
    ----------
    features
        Processed features, shape (table rows, features), float32.
    label
        What is learned, float32: standardised per date by default; NaN where unknown.
    y_true
        The return itself, float64; NaN where unknown.
    volatility
        EWMA scale of the label's return, float64, known at the close of the row's date.
    symbol, sector
        Codes into ``symbol_names`` and ``sector_names``.
    date
        The last session known, datetime64[D].
    rows
        Positions meant: to learn from, or to predict. int64, ascending.
    """

    features: NDArray[np.float32]
    feature_names: tuple[str, ...]
    label: NDArray[np.float32]
    y_true: NDArray[np.float64]
    volatility: NDArray[np.float64]
    symbol: NDArray[np.int32]
    symbol_names: tuple[str, ...]
    sector: NDArray[np.int32]
    sector_names: tuple[str, ...]
    date: NDArray[np.datetime64]
    rows: NDArray[np.int64]

    def at(self, rows: NDArray[np.int64]) -> Samples:
        """Return the same table with other ``rows`` meant."""
        return replace(self, rows=rows)


@dataclass(frozen=True, slots=True)
class Prediction:
    """Predictions for ``samples.rows``, in that order.

    Attributes
    ----------
    score
        The point prediction, in units of the label, shape (n,), float64: what ranks the stocks.
    quantiles
        Shape (n, 7) at the levels of `QUANTILES`, in units of the label, or None.
    """

    score: NDArray[np.float64]
    quantiles: NDArray[np.float64] | None = None


@dataclass(slots=True)
class Diagnostics:
    """What a fit tells about itself.

    Attributes
    ----------
    learning_curve
        One record per epoch or boosting round: ``epoch``, ``train_loss``, ``valid_loss``, ...
    importance
        Feature name to importance, not normalised.
    facts
        JSON values worth keeping: best iteration, stopping reason, number of parameters, ...
    degenerate
        Why the model is worthless (no splits, collapsed network, NaN loss), or None.
    """

    learning_curve: list[dict[str, float]] = field(default_factory=list)
    importance: dict[str, float] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    degenerate: str | None = None


class Family(ABC):
    """A fitted model, and the way to get one.

    Subclasses hold whatever they learned; `fit` makes them. A fit with the same samples, options
    and seed on the same machine gives the same bytes, on one thread.
    """

    options_type: ClassVar[type[Options]]
    capabilities: ClassVar[Capabilities]
    diagnostics: Diagnostics

    @classmethod
    @abstractmethod
    def fit(cls, train: Samples, valid: Samples, options: Any, seed: int) -> Self:
        """Learn from ``train.rows``; ``valid.rows`` may choose when to stop, nothing more.

        Every label at ``train.rows`` is finite, every one at ``valid.rows`` too; features may hold
        NaN where the family's processors leave them. ``options`` is an ``options_type``.
        """

    @abstractmethod
    def predict(self, data: Samples) -> Prediction:
        """Predict the label of ``data.rows``; labels are not looked at."""

    @abstractmethod
    def save(self, folder: Path) -> None:
        """Write the model into an existing, empty folder in a format that runs no code on load."""

    @classmethod
    @abstractmethod
    def load(cls, folder: Path) -> Self:
        """Read a model that `save` wrote; its predictions are bit-equal."""

    def finetune(
        self,
        train: Samples,  # noqa: ARG002
        valid: Samples,  # noqa: ARG002
        options: Any,  # noqa: ARG002
        seed: int,  # noqa: ARG002
    ) -> Self:
        """Return a model that started from this one and went on learning from ``train``."""
        raise TypeError(f"{type(self).__name__} cannot be fine-tuned.")

    @classmethod
    def preflight(cls, train: Samples, valid: Samples, options: Any, seed: int) -> Iterator[Check]:
        """Try out on a few rows whatever could spoil a long training; the model is thrown away.

        By default the model is fitted to a label that one of the features tells. An error raised on
        the way is told as a failed check. Families with more to go wrong than a fit, as networks
        have, replace this.
        """
        model = cls.fit(*with_planted_label(train, valid), options, seed)
        yield from check_model(model, valid)

    @classmethod
    def working_bytes(cls, train: Samples, options: Any) -> int:  # noqa: ARG003
        """Estimate what fitting ``train.rows`` takes in memory, beside the samples themselves.

        By default two float64 copies of the features.
        """
        return 2 * 8 * len(train.rows) * len(train.feature_names)
