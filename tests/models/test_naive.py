"""Naive rules against what they are said to do."""

from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pytest
from tests.models.arrays import make_samples

from vn30_training.models.calibration import probability_up
from vn30_training.models.contract import QUANTILES
from vn30_training.models.naive import Ewma, EwmaOptions, Majority, NaiveOptions, Signal, Zero

NONE = NaiveOptions()


def test_zero_is_zero() -> None:
    samples = make_samples(50, 3)
    np.testing.assert_array_equal(
        Zero.fit(samples, samples, NONE, 0).predict(samples).score, np.zeros(50)
    )


@pytest.mark.parametrize(
    ("ups", "flats", "downs", "sign"), [(60, 0, 40, 1), (40, 0, 60, -1), (46, 10, 44, -1)]
)
def test_majority_calls_up_only_if_most_returns_rose(
    ups: int, flats: int, downs: int, sign: int
) -> None:
    moves = np.r_[np.full(ups, 0.01), np.zeros(flats), np.full(downs, -0.02)]
    moves *= np.random.default_rng(0).uniform(0.5, 1.5, len(moves))
    samples = replace(make_samples(len(moves), 3), y_true=moves)
    prediction = Majority.fit(samples, samples, NONE, 0).predict(samples)
    assert (np.sign(prediction.score) == sign).all()
    assert prediction.quantiles is not None
    called = probability_up(prediction.quantiles) > 0.5
    assert (called == (sign > 0)).all()


def test_signal_is_its_feature() -> None:
    samples = make_samples(50, 1).at(np.arange(10, 20))
    score = Signal.fit(samples, samples, NONE, 0).predict(samples).score
    np.testing.assert_array_equal(score, samples.features[10:20, 0])
    with pytest.raises(ValueError, match="takes one feature, not 3"):
        Signal.fit(make_samples(50, 3), samples, NONE, 0)


def test_ewma_quantiles_are_those_of_training_times_volatility() -> None:
    samples = make_samples(2000, 3)
    rule = Ewma.fit(samples, samples, EwmaOptions(), 0)
    prediction = rule.predict(samples)
    assert prediction.quantiles is not None
    below = (samples.y_true[:, None] <= prediction.quantiles).mean(axis=0)
    np.testing.assert_allclose(below, QUANTILES, atol=1e-3)
    normal = Ewma.fit(samples, samples, EwmaOptions(distribution="normal"), 0).predict(samples)
    assert normal.quantiles is not None
    np.testing.assert_allclose(
        normal.quantiles[:, -1], samples.volatility * NormalDist().inv_cdf(0.95)
    )
