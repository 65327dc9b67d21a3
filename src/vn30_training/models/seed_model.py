"""The model of one seed: what it predicts as a forecast, and what it tells as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import pandas as pd

from vn30_training.models.calibration import Calibration, probability_up
from vn30_training.models.contract import QUANTILE_COLUMNS, Diagnostics, Family, Samples

CURVE = ("seed", "epoch", "train_loss", "valid_loss")
IMPORTANCE = ("seed", "feature", "importance")


@dataclass(frozen=True, slots=True)
class SeedModel:
    """A fitted model, its calibration, and what its fit and its validation rows told.

    Attributes
    ----------
    valid
        ``mae``, ``rmse`` and ``correlation`` of the point forecasts on the validation rows.
    """

    seed: int
    model: Family
    calibration: Calibration
    diagnostics: Diagnostics
    valid: dict[str, float | None] = field(default_factory=dict)

    def forecast(self, samples: Samples) -> pd.DataFrame:
        """Forecast the returns of ``samples.rows``, in that order.

        Returns
        -------
        DataFrame
            ``seed``, ``y_true``, ``y_pred``, ``score``, the quantiles and ``p_up``.
        """
        prediction = self.model.predict(samples)
        quantiles = self.calibration.quantiles(prediction, samples.volatility[samples.rows])
        return pd.DataFrame(
            {
                "seed": self.seed,
                "y_true": samples.y_true[samples.rows],
                "y_pred": self.calibration.point(prediction.score),
                "score": prediction.score,
                **dict(zip(QUANTILE_COLUMNS, quantiles.T, strict=True)),
                "p_up": probability_up(quantiles),
            }
        )

    def facts(self) -> dict[str, Any]:
        """Return what the metadata keep of it, as JSON values."""
        diagnostics = self.diagnostics
        return {
            "valid": self.valid,
            "facts": diagnostics.facts,
            "degenerate": diagnostics.degenerate,
        }

    @classmethod
    def restore(
        cls,
        seed: int,
        model: Family,
        calibration: Mapping[str, Any],
        facts: Mapping[str, Any],
        tables: Mapping[str, pd.DataFrame],
    ) -> Self:
        """Put together what `facts`, `learning_curve` and `importance` took apart."""
        curve, importance = (
            tables[name][tables[name]["seed"] == seed].drop(columns="seed")
            for name in ("learning_curve", "feature_importance")
        )
        diagnostics = Diagnostics(
            learning_curve=[
                {str(name): value for name, value in record.items()}
                for record in curve.to_dict("records")
            ],
            importance=dict(zip(importance["feature"], importance["importance"], strict=True)),
            facts=facts["facts"],
            degenerate=facts["degenerate"],
        )
        return cls(
            seed, model, Calibration.from_state(dict(calibration)), diagnostics, facts["valid"]
        )


def learning_curve(models: Sequence[SeedModel]) -> pd.DataFrame:
    """Return one row per seed and epoch: `CURVE`, and whatever else was recorded."""
    records = [
        {"seed": one.seed, **record} for one in models for record in one.diagnostics.learning_curve
    ]
    return pd.DataFrame(records) if records else pd.DataFrame(columns=list(CURVE))


def importance(models: Sequence[SeedModel]) -> pd.DataFrame:
    """Return one row per seed and feature: `IMPORTANCE`."""
    records = [
        (one.seed, name, value)
        for one in models
        for name, value in one.diagnostics.importance.items()
    ]
    return pd.DataFrame(records, columns=list(IMPORTANCE))
