"""Ridge against scikit-learn's."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import Ridge as SklearnRidge
from tests.models.arrays import make_samples

from vn30_training.models.ridge import Ridge, RidgeOptions

SAMPLES = make_samples(800, 20)
TRAIN, VALID = SAMPLES.at(np.arange(600)), SAMPLES.at(np.arange(600, 800))


@pytest.mark.parametrize("penalty", [1e-6, 0.1, 10.0])
def test_coefficients_are_those_of_scikit_learn(penalty: float) -> None:
    ours = Ridge.fit(TRAIN, VALID, RidgeOptions(penalties=(penalty,)), 0)
    oracle = SklearnRidge(alpha=penalty * 600, solver="cholesky").fit(
        SAMPLES.features[:600].astype(float), SAMPLES.label[:600].astype(float)
    )
    np.testing.assert_allclose(ours.coefficients, oracle.coef_, rtol=1e-6, atol=1e-10)
    np.testing.assert_allclose(
        ours.predict(VALID).score,
        oracle.predict(SAMPLES.features[600:].astype(float)),
        rtol=1e-6,
        atol=1e-9,
    )


def test_the_penalty_best_on_validation_is_taken() -> None:
    options = RidgeOptions(penalties=(0.0, 0.3, 100.0))
    losses = [
        Ridge.fit(TRAIN, VALID, RidgeOptions(penalties=(penalty,)), 0).diagnostics.learning_curve[
            0
        ]["valid_loss"]
        for penalty in options.penalties
    ]
    chosen = Ridge.fit(TRAIN, VALID, options, 0)
    assert [row["valid_loss"] for row in chosen.diagnostics.learning_curve] == losses
    assert chosen.diagnostics.facts["penalty"] == options.penalties[int(np.argmin(losses))]
    error = chosen.predict(VALID).score - VALID.label[VALID.rows]
    assert np.mean(error**2) == pytest.approx(min(losses), rel=1e-6)


def test_linear_dependences_do_no_harm() -> None:
    doubled = np.hstack([SAMPLES.features, SAMPLES.features[:, :5] - SAMPLES.features[:, 5:10]])
    names = tuple(f"F{i}" for i in range(25))
    samples = replace(SAMPLES, features=doubled, feature_names=names)
    model = Ridge.fit(samples.at(TRAIN.rows), samples.at(VALID.rows), RidgeOptions(), 0)
    assert np.abs(model.coefficients).max() < 1


def test_gaps_are_refused() -> None:
    features = SAMPLES.features.copy()
    features[3, 2] = np.nan
    with pytest.raises(ValueError, match="end its processors with Fillna"):
        Ridge.fit(replace(TRAIN, features=features), VALID, RidgeOptions(), 0)


def test_saved_coefficients_are_bit_equal(tmp_path: Path) -> None:
    model = Ridge.fit(TRAIN, VALID, RidgeOptions(), 0)
    model.save(tmp_path)
    np.testing.assert_array_equal(Ridge.load(tmp_path).coefficients, model.coefficients)
