"""Calibration against known answers, a slow oracle, and coverage on fresh data."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vn30_training.models.calibration import Calibration, conformal_quantile, probability_up
from vn30_training.models.contract import QUANTILES, Prediction
from vn30_training.models.options import InstanceOptions

LEVELS = np.array(QUANTILES)


def options(**changes: Any) -> InstanceOptions:
    fixed = {"family": "f", "path": "m:F", "kind": "model", "scope": "VN30", "features": "all"}
    return InstanceOptions(**{**fixed, **changes})


def heavy_tailed(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return scores, returns and volatilities; a return is 0.3 volatilities x score and noise."""
    score = rng.standard_normal(n)
    volatility = 0.02 * np.exp(0.5 * rng.standard_normal(n))
    return score, volatility * (0.3 * score + rng.standard_t(4, n)), volatility


@pytest.mark.parametrize(
    ("n", "level", "rank"),
    [(99, 0.05, 5), (99, 0.5, 50), (99, 0.95, 95), (100, 0.95, 96), (100, 0.05, 5), (3, 0.05, 1)],
)
def test_conformal_quantile_is_the_safe_order_statistic(n: int, level: float, rank: int) -> None:
    shuffled = np.random.default_rng(0).permutation(np.arange(1, n + 1)).astype(float)
    assert conformal_quantile(shuffled, level) == rank


def test_conformal_intervals_never_cover_too_little_on_exchangeable_data() -> None:
    rng = np.random.default_rng(1)
    hits = 0
    for _ in range(4000):
        draws = rng.standard_normal(30)
        low, high = (conformal_quantile(draws[:-1], level) for level in (0.1, 0.9))
        hits += low <= draws[-1] <= high
    assert hits / 4000 > 0.8 - 3 * np.sqrt(0.8 * 0.2 / 4000)


def test_point_is_the_least_squares_line() -> None:
    score, y, volatility = heavy_tailed(np.random.default_rng(2), 500)
    fitted = Calibration.fit(Prediction(score), y, volatility, options(point="affine"))
    slope, intercept = np.polyfit(score, y, 1)
    np.testing.assert_allclose([fitted.slope, fitted.intercept], [slope, intercept], rtol=1e-9)
    through = Calibration.fit(Prediction(score), y, volatility, options())
    np.testing.assert_allclose(through.slope, score @ y / (score @ score), rtol=1e-9)
    assert through.intercept == 0
    taken = Calibration.fit(Prediction(score), y, volatility, options(point="identity"))
    np.testing.assert_array_equal(taken.point(score), score)


def test_a_score_that_points_the_wrong_way_is_not_turned_round() -> None:
    score, y, volatility = heavy_tailed(np.random.default_rng(3), 500)
    assert Calibration.fit(Prediction(-score), y, volatility, options()).slope == 0
    fitted = Calibration.fit(Prediction(-score), y, volatility, options(point="affine"))
    assert fitted.slope == 0
    assert fitted.intercept == pytest.approx(y.mean())


@pytest.mark.parametrize("constant", [0.0, 0.1, -3.7e-4])
def test_a_constant_score_forecasts_the_mean(constant: float) -> None:
    _, y, volatility = heavy_tailed(np.random.default_rng(4), 100)
    flat = Prediction(np.full(100, constant))
    fitted = Calibration.fit(flat, y, volatility, options(point="affine"))
    np.testing.assert_allclose(fitted.point(np.array([constant])), y.mean())


@pytest.mark.parametrize("own", [False, True])
def test_quantiles_cover_fresh_returns_at_their_levels(own: bool) -> None:
    rng = np.random.default_rng(5)

    def draw(n: int) -> tuple[Prediction, np.ndarray, np.ndarray]:
        score, y, volatility = heavy_tailed(rng, n)
        biased = score[:, None] + np.linspace(-1, 0.4, len(QUANTILES)) if own else None
        return Prediction(score, biased), y, volatility

    fitted = Calibration.fit(*draw(20_000), options())
    prediction, y, volatility = draw(20_000)
    below = (y[:, None] <= fitted.quantiles(prediction, volatility)).mean(axis=0)
    np.testing.assert_allclose(below, LEVELS, atol=0.012)


def test_rows_without_a_return_are_left_out() -> None:
    score, y, volatility = heavy_tailed(np.random.default_rng(6), 300)
    known = np.arange(300) % 3 > 0
    holed = np.where(known, y, np.nan)
    fitted = Calibration.fit(Prediction(score), holed, volatility, options())
    assert fitted == Calibration.fit(
        Prediction(score[known]), y[known], volatility[known], options()
    )


def test_own_quantiles_of_returns_come_through_unrounded() -> None:
    rng = np.random.default_rng(7)
    own = rng.standard_normal((50, len(QUANTILES))) * 0.01
    own[:, 3] = 0.0
    own = np.sort(own, axis=1)
    prediction = Prediction(np.full(50, 0.0007), own)
    y, volatility = rng.standard_normal(50), np.full(50, 0.02)
    choice = options(label="y_raw", point="identity", quantiles="own")
    fitted = Calibration.fit(prediction, y, volatility, choice)
    np.testing.assert_array_equal(fitted.quantiles(prediction, volatility), own)


def test_own_quantiles_of_standardised_labels_widen_with_volatility() -> None:
    own = np.array([[-2.0, -1.5, -0.5, 0.0, 0.5, 1.5, 2.0]])
    flat = Calibration(0.0, 0.01, (0.0,) * 7, standardised=True)
    calm, wild = (flat.quantiles(Prediction(np.zeros(1), own), np.array([v])) for v in (0.01, 0.03))
    np.testing.assert_allclose(wild, 3 * calm)


def test_state_survives_json() -> None:
    score, y, volatility = heavy_tailed(np.random.default_rng(8), 100)
    fitted = Calibration.fit(Prediction(score), y, volatility, options())
    assert Calibration.from_state(json.loads(json.dumps(fitted.to_state()))) == fitted


def slow_probability_up(quantiles: np.ndarray) -> float:
    """Invert the quantile function by bisection on its piecewise linear extension."""

    def at(level: float) -> float:
        i = int(np.clip(np.searchsorted(LEVELS, level) - 1, 0, len(LEVELS) - 2))
        share = (level - LEVELS[i]) / (LEVELS[i + 1] - LEVELS[i])
        return float(quantiles[i] + share * (quantiles[i + 1] - quantiles[i]))

    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if at(middle) <= 0 else (low, middle)
    return 1 - low


@given(arrays(np.float64, 7, elements=st.floats(-0.2, 0.2).map(lambda x: round(x, 3)), unique=True))
def test_probability_up_inverts_the_quantile_function(values: np.ndarray) -> None:
    ordered = np.sort(values)
    up = probability_up(ordered[None])[0]
    assert up == pytest.approx(slow_probability_up(ordered), abs=1e-9)


@given(arrays(np.float64, (4, 7), elements=st.floats(-1, 1)), st.floats(0, 0.5))
def test_probability_up_rises_with_the_quantiles(values: np.ndarray, lift: float) -> None:
    ordered = np.sort(values, axis=1)
    before, after = probability_up(ordered), probability_up(ordered + lift)
    assert ((before >= 0) & (before <= 1)).all()
    assert (after >= before - 1e-9).all()


def test_probability_up_has_known_answers() -> None:
    symmetric = np.array([-0.02, -0.015, -0.005, 0.0, 0.005, 0.015, 0.02])
    tables = np.stack([symmetric, symmetric + 0.005, symmetric + 1, symmetric - 1, np.zeros(7)])
    np.testing.assert_allclose(probability_up(tables)[:4], [0.5, 0.75, 1.0, 0.0])
    assert 0 <= probability_up(tables)[4] <= 1
