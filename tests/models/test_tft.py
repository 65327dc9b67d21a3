import numpy as np
import pytest
import torch
from tests.models.neural.samples import make_samples, split_samples

from vn30_training.models.contract import QUANTILES
from vn30_training.models.tft import TFT, TFTOptions, calendar_codes, pinball, weekdays_ahead

SMALL = {"encoder_length": 4, "hidden_size": 8, "epochs": 30, "batch_size": 64, "patience": 30}


@pytest.fixture(scope="module")
def fitted():
    train, valid = split_samples(make_samples(days=200, lag=2))
    options = TFTOptions(**SMALL, learning_rate=2e-2, dropout=0.0)
    return TFT.fit(train, valid, options, seed=0), valid


def test_it_finds_a_signal_two_sessions_back(fitted):
    model, valid = fitted
    score = model.predict(valid).score
    assert np.corrcoef(score, valid.label[valid.rows])[0, 1] > 0.8
    assert model.diagnostics.degenerate is None


def test_quantiles_do_not_cross_and_cover_what_they_say(fitted):
    model, valid = fitted
    prediction = model.predict(valid)
    assert prediction.quantiles.shape == (len(valid.rows), len(QUANTILES))
    assert (np.diff(prediction.quantiles, axis=1) >= 0).all()
    np.testing.assert_array_equal(prediction.score, prediction.quantiles[:, 3])
    label = valid.label[valid.rows]
    inside = (label > prediction.quantiles[:, 1]) & (label < prediction.quantiles[:, 5])
    assert 0.6 < inside.mean() < 0.95


def test_the_score_may_be_the_mean_of_median_and_upper_quantile(fitted):
    model, valid = fitted
    other = TFT(model.options.model_copy(update={"score": "mean_p50_p90"}), model.inputs)
    other.network.load_state_dict(model.network.state_dict())
    prediction = other.predict(valid)
    np.testing.assert_allclose(prediction.score, prediction.quantiles[:, [3, 5]].mean(1))


def test_it_says_what_it_looked_at(fitted):
    diagnostics = fitted[0].diagnostics
    importance, facts = diagnostics.importance, diagnostics.facts
    assert sum(importance.values()) == pytest.approx(1, abs=1e-5)
    assert max(importance, key=importance.get) == "F0"
    assert set(importance) == {"month", "day_of_week", "F0", "F1", "F2", "F3"}
    assert len(facts["attention"]) == 4
    assert sum(facts["attention"]) == pytest.approx(1, abs=1e-5)
    assert set(facts["static"]) == {"symbol", "sector"}


def test_a_stock_it_never_saw_is_forecast_as_unknown(fitted):
    model, _ = fitted
    from dataclasses import replace

    data = make_samples(symbols=3)
    stranger = replace(data, symbol_names=("SY0", "NEW", "SY2"), sector_names=("Banks", "Oil"))
    forecast = model.predict(stranger).score
    assert np.isfinite(forecast).all()
    np.testing.assert_array_equal(forecast[:90], model.predict(data).score[:90])
    assert not np.array_equal(forecast[90:180], model.predict(data).score[90:180])


def test_one_stock_has_no_static_inputs():
    train, valid = split_samples(make_samples(symbols=1))
    model = TFT.fit(train, valid, TFTOptions(**{**SMALL, "epochs": 1}), seed=0)
    assert model.network.shape.static == {}
    assert model.diagnostics.facts["static"] == {}


def test_days_and_months_are_counted_from_monday_and_january():
    days = np.array(["2024-01-01", "2024-02-29", "2024-12-29"], dtype="datetime64[D]")
    assert calendar_codes(days).tolist() == [[0, 0], [1, 3], [11, 6]]


def test_sessions_ahead_are_weekdays():
    days = np.array(["2024-01-04", "2024-01-05", "2024-01-06"], dtype="datetime64[D]")
    assert weekdays_ahead(days, 2).astype(str).tolist() == [
        ["2024-01-05", "2024-01-08"],
        ["2024-01-08", "2024-01-09"],
        ["2024-01-08", "2024-01-09"],
    ]


def test_further_steps_learn_only_labels_of_the_same_stock_and_span():
    data = make_samples(symbols=2, days=10)
    train, valid = data.at(np.r_[0:6, 10:16]), data.at(np.r_[6:10, 16:20])
    options = TFTOptions(encoder_length=2, decoder_length=3, hidden_size=4)
    model = TFT(options, TFT._inputs(train))
    labels = model._labels(model._table(train, valid), torch.tensor([3, 4, 5, 7, 9, 19]))
    nan = np.nan
    known = data.label
    expected = [
        [known[3], known[4], known[5]],
        [known[4], known[5], nan],
        [known[5], nan, nan],
        [known[7], known[8], known[9]],
        [known[9], nan, nan],
        [known[19], nan, nan],
    ]
    np.testing.assert_array_equal(labels.numpy(), np.array(expected, dtype=np.float32))


def test_further_steps_train_too():
    train, valid = split_samples(make_samples())
    options = TFTOptions(**{**SMALL, "epochs": 2}, decoder_length=6)
    model = TFT.fit(train, valid, options, seed=0)
    assert np.isfinite(model.diagnostics.learning_curve[-1]["valid_loss"])
    assert model.predict(valid).quantiles.shape == (len(valid.rows), len(QUANTILES))


def test_it_begins_at_the_labels_own_quantiles():
    train, _ = split_samples(make_samples(days=200))
    model = TFT(TFTOptions(**SMALL), TFT._inputs(train))
    label = torch.tensor(train.label[train.rows])
    model._start(label)
    below = (label[:, None] < model.network.output_layer.bias).float().mean(0)
    np.testing.assert_allclose(below.detach(), QUANTILES, atol=0.01)


def test_the_median_part_of_the_loss_is_the_absolute_error():
    quantiles = torch.zeros(1, len(QUANTILES))
    losses = [2 * max(q * 3.0, (q - 1) * 3.0) for q in QUANTILES]
    assert pinball(quantiles, torch.tensor([3.0])).item() == pytest.approx(np.mean(losses))
    assert losses[3] == 3.0
