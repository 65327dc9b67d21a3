"""What LSTM and TFT share."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tests.models.neural.samples import make_samples, split_samples

from vn30_training.models.lstm import LSTM, LSTMOptions
from vn30_training.models.neural.checkpoint import read_weights
from vn30_training.models.tft import TFT, TFTOptions

TRAINING = {"epochs": 3, "batch_size": 32, "learning_rate": 1e-2, "device": "cpu"}
SMALL = {
    LSTM: LSTMOptions(steps=6, hidden_size=4, **TRAINING),
    TFT: TFTOptions(encoder_length=6, hidden_size=4, hidden_continuous_size=2, **TRAINING),
}
WINDOW = 6


@pytest.fixture(params=SMALL, ids=lambda family: family.__name__)
def family(request):
    return request.param


@pytest.fixture(scope="module")
def fitted():
    train, valid = split_samples(make_samples())
    return {family: family.fit(train, valid, options, 0) for family, options in SMALL.items()}


def numbers(model, data):
    prediction = model.predict(data)
    if prediction.quantiles is None:
        return prediction.score[:, None]
    return np.column_stack([prediction.score, prediction.quantiles])


def test_one_seed_gives_one_model_and_another_another(family, fitted):
    train, valid = split_samples(make_samples())
    again, other = (family.fit(train, valid, SMALL[family], seed) for seed in (0, 1))
    np.testing.assert_array_equal(numbers(again, valid), numbers(fitted[family], valid))
    assert again.diagnostics == fitted[family].diagnostics
    assert not np.array_equal(numbers(other, valid), numbers(again, valid))


def test_the_callers_random_state_is_left_alone(family):
    train, valid = split_samples(make_samples())
    torch.manual_seed(3)
    before = torch.get_rng_state()
    family.fit(train, valid, SMALL[family], 0).predict(valid)
    assert torch.equal(torch.get_rng_state(), before)


RELOAD = """
import sys
from pathlib import Path
import numpy as np
sys.path.insert(0, sys.argv[1])
from tests.models.neural.samples import make_samples
from tests.models.neural.test_family import SMALL, numbers
family = {f.__name__: f for f in SMALL}[sys.argv[2]]
np.save(sys.argv[4], numbers(family.load(Path(sys.argv[3])), make_samples()))
"""


def test_a_new_process_forecasts_the_same_bits(family, fitted, tmp_path):
    folder, result = tmp_path / "model", tmp_path / "forecast.npy"
    folder.mkdir()
    fitted[family].save(folder)
    assert {path.suffix for path in folder.iterdir()} == {".safetensors", ".json"}
    root = str(Path(__file__).resolve().parents[3])
    command = [sys.executable, "-c", RELOAD, root, family.__name__, str(folder), str(result)]
    subprocess.run(command, check=True)
    np.testing.assert_array_equal(np.load(result), numbers(fitted[family], make_samples()))


@pytest.mark.parametrize("day", [7, 30, 60, 88])
def test_the_future_changes_no_forecast(family, fitted, day):
    data = make_samples()
    cut = np.unique(data.date)[day]
    known = data.at(np.flatnonzero(data.date <= cut))
    changed = replace(
        known,
        features=np.where((data.date > cut)[:, None], np.float32(9), data.features),
        label=np.where(data.date > cut, np.float32(-9), data.label),
    )
    kept = data.date <= cut
    deleted = replace(
        data,
        features=data.features[kept],
        label=data.label[kept],
        symbol=data.symbol[kept],
        sector=data.sector[kept],
        date=data.date[kept],
        rows=np.arange(kept.sum()),
    )
    expected = numbers(fitted[family], known)
    np.testing.assert_array_equal(numbers(fitted[family], changed), expected)
    np.testing.assert_array_equal(numbers(fitted[family], deleted), expected)


def test_labels_of_the_rows_to_predict_are_not_looked_at(family, fitted):
    data = make_samples()
    blind = replace(data, label=np.full_like(data.label, np.nan))
    np.testing.assert_array_equal(numbers(fitted[family], blind), numbers(fitted[family], data))


def test_rows_are_forecast_in_the_order_asked(family, fitted):
    data = make_samples()
    some = np.array([5, 40, 41, 120, 200])
    np.testing.assert_array_equal(
        numbers(fitted[family], data.at(some)), numbers(fitted[family], data)[some]
    )


def test_no_rows_give_no_forecasts(family, fitted):
    assert len(numbers(fitted[family], make_samples().at(np.array([], dtype=np.int64)))) == 0


def test_a_stock_listed_yesterday_gets_a_forecast(family, fitted):
    data = make_samples()
    assert np.isfinite(numbers(fitted[family], data.at(np.array([0, 90])))).all()


def test_training_reads_labels_of_its_own_rows_only(family, fitted):
    data = make_samples()
    train, valid = split_samples(data)
    known = np.isin(data.rows, np.r_[train.rows, valid.rows[::2]])
    blind = replace(data, label=np.where(known, data.label, np.nan))
    half = valid.rows[::2]
    first = family.fit(train, valid.at(half), SMALL[family], 0)
    second = family.fit(blind.at(train.rows), blind.at(half), SMALL[family], 0)
    np.testing.assert_array_equal(numbers(first, data), numbers(second, data))


def test_finetuning_starts_from_the_pooled_model(family, fitted):
    train, valid = split_samples(make_samples())
    one = train.symbol[train.rows] == 1
    train, valid = train.at(train.rows[one]), valid.at(valid.rows[valid.symbol[valid.rows] == 1])
    options = SMALL[family].model_copy(update={"finetune_learning_rate": 1e-9})
    before = read_weights(fitted[family].network)
    tuned = fitted[family].finetune(train, valid, options, 0)
    np.testing.assert_allclose(numbers(tuned, valid), numbers(fitted[family], valid), atol=1e-5)
    for name, value in read_weights(fitted[family].network).items():
        assert torch.equal(value, before[name])


def test_finetuning_never_ends_worse_than_it_began(family, fitted):
    train, valid = split_samples(make_samples(seed=5, signal=-1.0))
    options = SMALL[family].model_copy(update={"finetune_learning_rate": 5.0})
    tuned = fitted[family].finetune(train, valid, options, 0)
    curve = tuned.diagnostics.learning_curve
    assert curve[0]["epoch"] == 0
    assert tuned.diagnostics.facts["best_valid_loss"] <= curve[0]["valid_loss"]


def test_finetuning_cannot_change_the_network(family, fitted):
    train, valid = split_samples(make_samples())
    options = SMALL[family].model_copy(update={"hidden_size": 8})
    with pytest.raises(ValueError, match="hidden_size is 8 here and 4 in the pooled model"):
        fitted[family].finetune(train, valid, options, 0)


def test_other_features_are_refused(family, fitted):
    data = replace(make_samples(), feature_names=("F0", "F1", "F2", "X"))
    with pytest.raises(ValueError, match="not on these 4"):
        fitted[family].predict(data)


def test_too_short_a_history_is_said_to_be_too_short(family):
    train, valid = split_samples(make_samples(days=10), share=0.5)
    with pytest.raises(ValueError, match=f"training row has the {WINDOW} sessions"):
        family.fit(train, valid, SMALL[family], 0)


def test_a_feature_that_is_not_a_number_is_named(family):
    data = make_samples()
    data.features[40, 2] = np.nan
    train, valid = split_samples(data)
    with pytest.raises(ValueError, match="F2 is nan for SY0"):
        family.fit(train, valid, SMALL[family], 0)


def test_a_network_that_learned_a_constant_is_called_collapsed(family, monkeypatch):
    train, valid = split_samples(make_samples())
    model = family.fit(train, valid, SMALL[family], 0)
    last = model.network.head if family is LSTM else model.network.output_layer
    torch.nn.init.zeros_(last.weight)
    table = model._table(valid)
    assert "collapsed" in model._collapse(table, torch.tensor(valid.rows))


def test_a_loss_that_explodes_is_reported_not_raised(family):
    data = make_samples()
    data.label[3:60] = 1e30
    train, valid = split_samples(data)
    model = family.fit(train, valid, SMALL[family].model_copy(update={"learning_rate": 1e30}), 0)
    assert "became" in model.diagnostics.degenerate
    assert np.isfinite(numbers(model, valid)).all()


def test_an_interrupted_fit_goes_on_from_its_checkpoint(family, fitted, tmp_path, monkeypatch):
    from vn30_training.models.neural import trainer

    train, valid = split_samples(make_samples())
    options = SMALL[family].model_copy(update={"checkpoints": tmp_path})
    save, saved = trainer.save_checkpoint, []

    def save_twice(*arguments):
        save(*arguments)
        saved.append(arguments[0])
        if len(saved) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(trainer, "save_checkpoint", save_twice)
    with pytest.raises(KeyboardInterrupt):
        family.fit(train, valid, options, 0)
    assert len(list(tmp_path.iterdir())) == 1
    resumed = family.fit(train, valid, options, 0)
    assert len(saved) == 3
    np.testing.assert_array_equal(numbers(resumed, valid), numbers(fitted[family], valid))
    assert not list(tmp_path.iterdir())


def test_bfloat16_is_close_to_float32(family, fitted):
    train, valid = split_samples(make_samples())
    options = SMALL[family].model_copy(update={"precision": "bfloat16"})
    model = family.fit(train, valid, options, 0)
    assert model.diagnostics.facts["best_valid_loss"] == pytest.approx(
        fitted[family].diagnostics.facts["best_valid_loss"], rel=0.05
    )
