"""Forecasts drawn from a seed, with figures that are known beforehand."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from vn30_training.models.contract import QUANTILE_COLUMNS, QUANTILES

SYMBOLS = [f"S{number:02d}" for number in range(30)]


def market(days: int, seed: int, symbols: list[str] = SYMBOLS) -> pd.DataFrame:
    """Returns with one row per day and symbol, a tenth of them flat, and their three dates."""
    sessions = pd.bdate_range("2023-01-02", periods=days + 3).astype("datetime64[us]")
    rng = np.random.default_rng(seed)
    y_true = rng.normal(0, 0.015, (days, len(symbols)))
    y_true[rng.random(y_true.shape) < 0.1] = 0.0
    position = np.repeat(np.arange(days), len(symbols))
    return pd.DataFrame(
        {
            "date": sessions[position],
            "symbol": np.tile(symbols, days),
            "trade_date": sessions[position + 1],
            "label_end": sessions[position + 3],
            "y_true": y_true.ravel(),
        }
    )


def forecast(
    returns: pd.DataFrame, family: str, score: np.ndarray, scope: str = "pooled", seed: int = 0
) -> pd.DataFrame:
    """Tidy forecasts of a family that says ``score``, with normal quantiles around 0.1 % of it."""
    table = returns.assign(
        fold=0, family=family, scope=scope, seed=seed, score=score, y_pred=0.001 * score
    )
    for level, column in zip(QUANTILES, QUANTILE_COLUMNS, strict=True):
        table[column] = table["y_pred"] + 0.015 * norm.ppf(level)
    table["p_up"] = 0.5 + 0.01 * np.sign(score)
    table["member"] = True
    order = [*("date", "symbol", "trade_date", "label_end", "fold", "family", "scope", "seed")]
    return table[[*order, "y_true", "y_pred", "score", *QUANTILE_COLUMNS, "p_up", "member"]]


def instance(family: str, scope: str = "pooled", **given: object) -> dict[str, object]:
    """One row of the table of instances."""
    usual = {"symbol": "VN30", "status": "ok", "reason": "", "fit_seconds": 1.0}
    return {"family": family, "scope": scope, **usual, **given}


@pytest.fixture(scope="session")
def returns() -> pd.DataFrame:
    return market(days=250, seed=1)


@pytest.fixture(scope="session")
def noise(returns: pd.DataFrame) -> Callable[[int], np.ndarray]:
    """Scores that know nothing."""
    return lambda seed: np.random.default_rng(seed).normal(size=len(returns))


@pytest.fixture(scope="session")
def board_inputs(returns: pd.DataFrame, noise) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Naive floors, one family that knows something, one that knows nothing, one constant."""
    standard = returns["y_true"].to_numpy() / 0.015
    nothing = np.zeros(len(returns))
    forecasts = pd.concat(
        [
            forecast(returns, "zero", nothing),
            forecast(returns, "ewma", nothing),
            forecast(returns, "reversal_1", noise(2)),
            forecast(returns, "clever", 0.3 * standard + noise(3), seed=0),
            forecast(returns, "clever", 0.3 * standard + noise(4), seed=1),
            forecast(returns, "lost", noise(5)),
        ],
        ignore_index=True,
    )
    families = ["zero", "ewma", "reversal_1", "clever", "lost"]
    return forecasts, pd.DataFrame([instance(family) for family in families])


@pytest.fixture(scope="session")
def tidy() -> Callable[..., pd.DataFrame]:
    return forecast


@pytest.fixture(scope="session")
def instance_row() -> Callable[..., dict[str, object]]:
    return instance
