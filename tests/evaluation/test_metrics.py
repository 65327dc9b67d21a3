import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as peer

from vn30_training.evaluation import metrics

Y_TRUE = np.array([0.02, -0.01, 0.0, 0.03, -0.02])
Y_PRED = np.array([0.01, -0.01, 0.01, 0.00, 0.02])


def test_errors_known_answers():
    assert metrics.mae(Y_TRUE, Y_PRED) == pytest.approx(0.018)
    assert metrics.rmse(Y_TRUE, Y_PRED) == pytest.approx(np.sqrt(0.0027 / 5))
    assert metrics.r2(Y_TRUE, Y_PRED) == pytest.approx(1 - 27 / 18)
    assert metrics.skill(0.9, 1.0) == pytest.approx(0.1)
    assert np.isnan(metrics.skill(0.0, 0.0))


def test_zero_forecast_has_no_r2():
    assert metrics.r2(Y_TRUE, np.zeros(5)) == 0.0


def test_flat_days_are_not_up():
    figures = metrics.direction(Y_TRUE, np.array([0.6, 0.4, 0.4, 0.5, 0.7]))
    assert figures.accuracy == pytest.approx(3 / 5)
    assert figures.accuracy_moving == pytest.approx(2 / 4)
    assert figures.majority_accuracy == pytest.approx(3 / 5)
    assert figures.majority_moving == pytest.approx(2 / 4)
    assert figures.flat_share == pytest.approx(1 / 5)
    assert figures.brier == pytest.approx((0.16 + 0.16 + 0.16 + 0.25 + 0.49) / 5)
    assert figures.brier_skill == pytest.approx(1 - figures.brier / 0.24)


def test_never_calling_up_scores_the_share_of_days_not_up():
    figures = metrics.direction(Y_TRUE, np.full(5, 0.4))
    assert figures.accuracy == figures.majority_accuracy
    assert figures.balanced_accuracy == 0.5
    assert np.isnan(figures.precision)
    assert figures.brier_skill == pytest.approx(0.0)


def test_rows_without_a_probability_are_left_out():
    figures = metrics.direction(Y_TRUE, np.array([0.6, np.nan, np.nan, 0.6, np.nan]))
    assert figures.accuracy == 1.0
    assert np.isnan(metrics.direction(Y_TRUE, np.full(5, np.nan)).accuracy)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_agrees_with_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    y_true = np.concatenate([[0.01, -0.01, 0.0], rng.normal(size=40).round(1)])
    p_up = np.concatenate([[0.9, 0.8, 0.1], rng.random(40)])
    figures = metrics.direction(y_true, p_up)
    up, called = y_true > 0, p_up > 0.5
    assert figures.accuracy == pytest.approx(peer.accuracy_score(up, called))
    assert figures.balanced_accuracy == pytest.approx(peer.balanced_accuracy_score(up, called))
    assert figures.precision == pytest.approx(peer.precision_score(up, called))
    assert figures.recall == pytest.approx(peer.recall_score(up, called))
    assert figures.f1 == pytest.approx(peer.f1_score(up, called))
    assert figures.brier == pytest.approx(peer.brier_score_loss(up, p_up))
    assert metrics.mae(y_true, p_up) == pytest.approx(peer.mean_absolute_error(y_true, p_up))
    assert metrics.rmse(y_true, p_up) == pytest.approx(peer.root_mean_squared_error(y_true, p_up))
