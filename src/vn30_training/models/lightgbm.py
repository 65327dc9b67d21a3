"""Gradient-boosted trees: LightGBM (Ke et al. 2017) on one thread, deterministic, saved as text."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Self

import lightgbm
import numpy as np
from pydantic import Field
from typing_extensions import override

from vn30_training.files import write_text
from vn30_training.models.contract import (
    Capabilities,
    Diagnostics,
    Family,
    Options,
    Prediction,
    Samples,
)

_FILE = "model.txt"


class LightGBMOptions(Options):
    """Options of `LightGBM`; the names are those of LightGBM's scikit-learn interface.

    Attributes
    ----------
    reg_alpha, reg_lambda
        L1 and L2 penalties, meant for ``penalty_rows`` training rows.
    penalty_rows
        Penalties are multiplied by the number of training rows over this. Gradients sum over the
        rows of a leaf, so a penalty that suits a hundred thousand rows turns two thousand into
        a constant. None leaves them as they are.
    subsample, subsample_freq
        Share of the rows drawn anew every ``subsample_freq`` rounds. At 0, LightGBM's default,
        nothing is drawn and ``subsample`` has no effect; that is what qlib's published settings do.
    early_stopping_rounds
        Rounds without a better validation loss after which boosting stops.
    """

    n_estimators: int = Field(default=300, ge=1)
    early_stopping_rounds: int = Field(default=30, ge=1)
    learning_rate: float = Field(default=0.05, gt=0)
    num_leaves: int = Field(default=15, ge=2)
    max_depth: int = 4
    min_child_samples: int = Field(default=20, ge=1)
    reg_alpha: float = Field(default=205.7, ge=0)
    reg_lambda: float = Field(default=581.0, ge=0)
    penalty_rows: int | None = Field(default=100_000, ge=1)
    colsample_bytree: float = Field(default=0.8879, gt=0, le=1)
    subsample: float = Field(default=0.8789, gt=0, le=1)
    subsample_freq: int = Field(default=0, ge=0)
    max_bin: int = Field(default=63, ge=2)

    def parameters(self, rows: int, seed: int) -> dict[str, Any]:
        """Return LightGBM's parameters for that many training rows."""
        named = self.model_dump(exclude={"n_estimators", "early_stopping_rounds", "penalty_rows"})
        scale = 1.0 if self.penalty_rows is None else rows / self.penalty_rows
        return {
            **named,
            "reg_alpha": self.reg_alpha * scale,
            "reg_lambda": self.reg_lambda * scale,
            "objective": "regression",
            "seed": seed,
            "num_threads": 1,
            "deterministic": True,
            "force_col_wise": True,
            "verbosity": -1,
        }


class LightGBM(Family):
    """A fitted booster, always read back from its own text, so a saved model is the model."""

    options_type: ClassVar[type[Options]] = LightGBMOptions
    capabilities = Capabilities(explain=True, seeded=True, iterates=True)

    def __init__(self, text: str) -> None:
        self.text = text
        self.booster = lightgbm.Booster(model_str=text)
        self.diagnostics = Diagnostics()

    @classmethod
    @override
    def fit(cls, train: Samples, valid: Samples, options: Any, seed: int) -> Self:
        parameters = options.parameters(len(train.rows), seed)
        data = _dataset(train, parameters)
        curves: dict[str, dict[str, list[float]]] = {}
        trees: list[int] = []
        booster = lightgbm.train(
            parameters,
            data,
            num_boost_round=options.n_estimators,
            valid_sets=[data, _dataset(valid, parameters, reference=data)],
            valid_names=["train", "valid"],
            callbacks=[
                lambda round_: trees.append(round_.model.num_trees()),
                lightgbm.early_stopping(options.early_stopping_rounds, verbose=False),
                lightgbm.record_evaluation(curves),
            ],
        )
        best = booster.best_iteration
        # A round that finds no split adds no tree, so rounds and trees are counted apart.
        model = cls(booster.model_to_string(num_iteration=trees[best - 1]))
        model._check_text(booster, trees[best - 1], valid)
        model.diagnostics = _diagnose(model.booster, curves, best, train.feature_names)
        return model

    def _check_text(self, booster: lightgbm.Booster, trees: int, probe: Samples) -> None:
        # The text has been known to come out empty or short after early stopping.
        x = probe.features[probe.rows[:256]]
        expected = booster.predict(x, num_iteration=trees, num_threads=1)
        if not np.array_equal(expected, self.booster.predict(x, num_threads=1)):
            raise RuntimeError("LightGBM's text does not predict as the booster that wrote it.")

    @override
    def predict(self, data: Samples) -> Prediction:
        score = self.booster.predict(data.features[data.rows], num_threads=1)
        return Prediction(np.asarray(score, dtype=np.float64))

    @override
    def save(self, folder: Path) -> None:
        write_text(folder / _FILE, self.text)

    @classmethod
    @override
    def load(cls, folder: Path) -> Self:
        return cls((folder / _FILE).read_text(encoding="utf-8"))


def _dataset(
    samples: Samples, parameters: dict[str, Any], reference: lightgbm.Dataset | None = None
) -> lightgbm.Dataset:
    return lightgbm.Dataset(
        samples.features[samples.rows],
        label=samples.label[samples.rows],
        reference=reference,
        params=parameters,
        free_raw_data=True,
    )


def _diagnose(
    booster: lightgbm.Booster,
    curves: dict[str, dict[str, list[float]]],
    best_iteration: int,
    feature_names: tuple[str, ...],
) -> Diagnostics:
    losses = zip(curves["train"]["l2"], curves["valid"]["l2"], strict=True)
    splits = int(booster.feature_importance("split").sum())
    gains = booster.feature_importance("gain").tolist()
    return Diagnostics(
        learning_curve=[
            {"epoch": epoch, "train_loss": float(train), "valid_loss": float(valid)}
            for epoch, (train, valid) in enumerate(losses)
        ],
        importance=dict(zip(feature_names, gains, strict=True)),
        facts={
            "best_iteration": best_iteration,
            "trees": booster.num_trees(),
            "splits": splits,
        },
        degenerate=None if splits else "no tree found a split, so the model is a constant",
    )
