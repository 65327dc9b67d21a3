"""Ridge regression (Hoerl and Kennard 1970) in closed form; the penalty is chosen on validation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from typing_extensions import override

from vn30_training.files import write_json
from vn30_training.models.contract import (
    Capabilities,
    Diagnostics,
    Family,
    Options,
    Prediction,
    Samples,
)

_FILE = "ridge.json"


class RidgeOptions(Options):
    """Options of `Ridge`.

    Attributes
    ----------
    penalties
        Candidates, per training row: the penalty is the value times the number of rows. The one
        with the least squared error on validation is taken.
    """

    penalties: tuple[float, ...] = Field(default=(0.001, 0.01, 0.1, 1.0, 10.0), min_length=1)


class Ridge(Family):
    """A linear model of processed features; they must hold no NaN."""

    options_type: ClassVar[type[Options]] = RidgeOptions
    capabilities = Capabilities(explain=True)

    def __init__(self, intercept: float, coefficients: NDArray[np.float64]) -> None:
        self.intercept = intercept
        self.coefficients = coefficients
        self.diagnostics = Diagnostics()

    @classmethod
    @override
    def fit(cls, train: Samples, valid: Samples, options: Any, seed: int) -> Self:
        x, y = _matrix(train), train.label[train.rows].astype(np.float64)
        x_valid, y_valid = _matrix(valid), valid.label[valid.rows].astype(np.float64)
        mean = x.mean(axis=0)
        x -= mean
        x_valid -= mean
        eigenvalues, vectors = np.linalg.eigh(x.T @ x)
        projected = vectors.T @ (x.T @ (y - y.mean()))
        curve, best = [], None
        for step, penalty in enumerate(options.penalties):
            beta = vectors @ (projected / (np.maximum(eigenvalues, 0.0) + penalty * len(y)))
            train_loss = float(np.mean((y - y.mean() - x @ beta) ** 2))
            valid_loss = float(np.mean((y_valid - y.mean() - x_valid @ beta) ** 2))
            curve.append({"epoch": step, "train_loss": train_loss, "valid_loss": valid_loss})
            if best is None or valid_loss < best[0]:
                best = valid_loss, penalty, beta
        assert best is not None
        _, penalty, beta = best
        model = cls(float(y.mean() - mean @ beta), beta)
        strength = np.abs(beta) * x.std(axis=0)
        model.diagnostics = Diagnostics(
            learning_curve=curve,
            importance=dict(zip(train.feature_names, strength.tolist(), strict=True)),
            facts={"penalty": penalty, "penalties": list(options.penalties)},
        )
        return model

    @override
    def predict(self, data: Samples) -> Prediction:
        # Row by row: a matrix product rounds a row by its place among the others.
        return Prediction(self.intercept + (_matrix(data) * self.coefficients).sum(axis=1))

    @override
    def save(self, folder: Path) -> None:
        state = {"intercept": self.intercept, "coefficients": self.coefficients.tolist()}
        write_json(folder / _FILE, state)

    @classmethod
    @override
    def load(cls, folder: Path) -> Self:
        state = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        return cls(state["intercept"], np.array(state["coefficients"], dtype=np.float64))


def _matrix(samples: Samples) -> NDArray[np.float64]:
    x = samples.features[samples.rows].astype(np.float64)
    if not np.isfinite(x).all():
        raise ValueError("Ridge needs features without NaN: end its processors with Fillna.")
    return x
