"""The small models that say which features matter, and how well a prediction did."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vn30_training.models.selection.steps import Estimator

Floats = NDArray[np.float64]

_LIGHTGBM: dict[str, Any] = {
    "n_estimators": 100,
    "learning_rate": 0.1,
    "num_leaves": 15,
    "max_depth": 4,
    "max_bin": 63,
    "colsample_bytree": 0.8,
    "importance_type": "gain",
    "random_state": 0,
    "n_jobs": 1,
    "deterministic": True,
    "force_col_wise": True,
    "verbosity": -1,
}
_PENALTY_PER_ROW = 0.1


def make_estimator(name: Estimator, rows: int) -> Any:
    """Return an unfitted scikit-learn regressor that bears NaN, for about that many rows."""
    if name == "lightgbm":
        from lightgbm import LGBMRegressor

        return LGBMRegressor(**_LIGHTGBM)
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(
        SimpleImputer(strategy="median", keep_empty_features=True),
        StandardScaler(),
        Ridge(alpha=_PENALTY_PER_ROW * rows),
    )


def importances(estimator: Any) -> Floats:
    """Return each feature's importance in what `make_estimator` returned, fitted."""
    if hasattr(estimator, "feature_importances_"):
        return np.asarray(estimator.feature_importances_, dtype=np.float64)
    return np.abs(np.asarray(estimator[-1].coef_, dtype=np.float64))


def correlation(prediction: NDArray[Any], label: NDArray[Any]) -> float:
    """Return Pearson's correlation; 0 for a constant, -1 where a prediction is not a number."""
    if not np.isfinite(prediction).all():
        return -1.0
    if np.ptp(prediction) == 0 or np.ptp(label) == 0:
        return 0.0
    return float(np.corrcoef(prediction, label)[0, 1])
