import numpy as np
import pytest
from pydantic import ValidationError
from tests.models.neural.samples import make_samples, split_samples

from vn30_training.models.lstm import LSTM, LSTMOptions


@pytest.fixture(scope="module")
def fitted():
    train, valid = split_samples(make_samples(days=200, lag=2))
    options = LSTMOptions(
        steps=4, hidden_size=12, layers=1, epochs=40, batch_size=64, learning_rate=1e-2, patience=40
    )
    return LSTM.fit(train, valid, options, seed=0), valid


def test_it_finds_a_signal_two_sessions_back(fitted):
    model, valid = fitted
    score = model.predict(valid).score
    assert np.corrcoef(score, valid.label[valid.rows])[0, 1] > 0.85
    assert model.diagnostics.degenerate is None


def test_importance_points_at_the_feature_with_the_signal(fitted):
    importance = fitted[0].diagnostics.importance
    assert list(importance) == ["F0", "F1", "F2", "F3"]
    assert importance["F0"] > 3 * max(importance[name] for name in ("F1", "F2", "F3"))


def test_noise_gives_a_forecast_worth_nothing():
    train, valid = split_samples(make_samples(days=200, signal=0.0))
    model = LSTM.fit(train, valid, LSTMOptions(steps=4, hidden_size=4, epochs=5), seed=0)
    score = model.predict(valid).score
    assert abs(np.corrcoef(score, valid.label[valid.rows])[0, 1]) < 0.25


def test_it_has_no_quantiles_of_its_own(fitted):
    model, valid = fitted
    assert model.predict(valid).quantiles is None
    assert not LSTM.capabilities.quantiles


@pytest.mark.parametrize(
    "bad",
    [{"hidden": 3}, {"steps": 0}, {"dropout": 1.0}, {"device": "tpu"}, {"schedule": "weekly"}],
)
def test_bad_options_are_refused(bad):
    with pytest.raises(ValidationError):
        LSTMOptions(**bad)
