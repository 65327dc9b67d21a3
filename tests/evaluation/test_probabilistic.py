import numpy as np
import pytest
import scoringrules
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from vn30_training.evaluation.probabilistic import coverage, crps, pinball
from vn30_training.models.contract import QUANTILES


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_pinball_agrees_with_scoringrules(seed):
    rng = np.random.default_rng(seed)
    y_true, quantiles = rng.normal(size=20), np.sort(rng.normal(size=(20, 7)), axis=1)
    expected = [
        scoringrules.quantile_score(y_true, quantiles[:, column], level)
        for column, level in enumerate(QUANTILES)
    ]
    np.testing.assert_allclose(pinball(y_true, quantiles), np.transpose(expected), atol=1e-12)


def test_median_costs_half_the_absolute_error():
    losses = pinball(np.array([0.03]), np.full((1, 7), 0.01))
    assert losses[0, QUANTILES.index(0.5)] == pytest.approx(0.01)


def test_crps_equals_the_peer_on_evenly_spaced_levels():
    levels = tuple((np.arange(10) + 0.5) / 10)
    rng = np.random.default_rng(0)
    y_true, quantiles = rng.normal(size=20), np.sort(rng.normal(size=(20, 10)), axis=1)
    expected = scoringrules.crps_quantile(y_true, quantiles, np.array(levels))
    np.testing.assert_allclose(crps(pinball(y_true, quantiles, levels), levels), expected)


def test_crps_of_seven_quantiles_is_near_that_of_the_whole_distribution():
    y_true = np.random.default_rng(0).normal(size=5_000)
    quantiles = np.broadcast_to(norm.ppf(QUANTILES), (5_000, 7))
    got = crps(pinball(y_true, quantiles)).mean()
    assert got == pytest.approx(scoringrules.crps_normal(y_true, 0, 1).mean(), rel=0.03)


def test_coverage_counts_the_bounds_and_skips_missing_ones():
    y_true = np.array([0.0, 0.01, 0.02, 0.03])
    low, high = np.array([0.0, 0.0, 0.0, np.nan]), np.array([0.0, 0.01, 0.01, 1.0])
    assert coverage(y_true, low, high) == pytest.approx(2 / 3)
    assert np.isnan(coverage(y_true, np.full(4, np.nan), high))
