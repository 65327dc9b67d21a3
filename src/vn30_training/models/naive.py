"""Naive rules: what any model must beat before it is worth a trade."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import NormalDist
from typing import Any, ClassVar, Literal, Self

import numpy as np
from typing_extensions import override

from vn30_training.files import write_json
from vn30_training.models.contract import (
    QUANTILES,
    Capabilities,
    Diagnostics,
    Family,
    Options,
    Prediction,
    Samples,
)

_FILE = "rule.json"


class NaiveOptions(Options):
    """A rule without options."""


class _Rule(Family):
    """A rule that is a few numbers: written to and read from one JSON file."""

    options_type: ClassVar[type[Options]] = NaiveOptions
    capabilities = Capabilities(learns=False)

    def __init__(self, numbers: dict[str, Any]) -> None:
        self.numbers = numbers
        self.diagnostics = Diagnostics(facts=dict(numbers))

    @classmethod
    @override
    def fit(cls, train: Samples, valid: Samples, options: Any, seed: int) -> Self:
        return cls({})

    @override
    def save(self, folder: Path) -> None:
        write_json(folder / _FILE, self.numbers)

    @classmethod
    @override
    def load(cls, folder: Path) -> Self:
        return cls(json.loads((folder / _FILE).read_text(encoding="utf-8")))


class Zero(_Rule):
    """Tomorrow's return is nought: the floor of errors."""

    @override
    def predict(self, data: Samples) -> Prediction:
        return Prediction(np.zeros(len(data.rows)))


class Majority(_Rule):
    """Up or not, whichever was more frequent in training, always: the floor of accuracies.

    The size of its score is that of the mean return of training, its quantiles are those of all
    returns of training, whose median lies on the side it takes.
    """

    capabilities = Capabilities(quantiles=True, learns=False)

    @classmethod
    @override
    def fit(cls, train: Samples, valid: Samples, options: Any, seed: int) -> Self:
        y_true = train.y_true[train.rows]
        share_up = float((y_true > 0).mean())
        size = max(abs(float(y_true.mean())), float(np.finfo(np.float32).eps))
        quantiles = np.quantile(y_true, QUANTILES).tolist()
        score = size if share_up > 0.5 else -size
        return cls({"share_up": share_up, "score": score, "quantiles": quantiles})

    @override
    def predict(self, data: Samples) -> Prediction:
        n = len(data.rows)
        score = np.full(n, self.numbers["score"])
        return Prediction(score, np.tile(self.numbers["quantiles"], (n, 1)))


class Signal(_Rule):
    """The one feature it is given, taken as the score: reversal, momentum."""

    @classmethod
    @override
    def fit(cls, train: Samples, valid: Samples, options: Any, seed: int) -> Self:
        if len(train.feature_names) != 1:
            raise ValueError(f"Signal takes one feature, not {len(train.feature_names)}.")
        return cls({})

    @override
    def predict(self, data: Samples) -> Prediction:
        return Prediction(data.features[data.rows, 0].astype(np.float64))


class EwmaOptions(Options):
    """Options of `Ewma`.

    Attributes
    ----------
    distribution
        Quantiles of returns divided by their volatility: ``empirical`` over the training rows, or
        ``normal`` as in RiskMetrics (J.P. Morgan 1996).
    """

    distribution: Literal["empirical", "normal"] = "empirical"


class Ewma(_Rule):
    """No view on direction; quantiles from EWMA volatility: the floor of densities."""

    options_type = EwmaOptions
    capabilities = Capabilities(quantiles=True, learns=False)

    @classmethod
    @override
    def fit(cls, train: Samples, valid: Samples, options: Any, seed: int) -> Self:
        if options.distribution == "normal":
            return cls({"quantiles": [NormalDist().inv_cdf(level) for level in QUANTILES]})
        standardised = train.y_true[train.rows] / train.volatility[train.rows]
        return cls({"quantiles": np.quantile(standardised, QUANTILES).tolist()})

    @override
    def predict(self, data: Samples) -> Prediction:
        volatility = data.volatility[data.rows]
        quantiles = volatility[:, None] * np.array(self.numbers["quantiles"])
        return Prediction(np.zeros(len(data.rows)), quantiles)
