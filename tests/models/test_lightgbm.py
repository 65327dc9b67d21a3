"""LightGBM: the scaling of penalties, early stopping, constants, threads."""

from pathlib import Path

import lightgbm
import numpy as np
import pytest
from tests.models.arrays import make_samples
from tests.models.small_market import declared_families

from vn30_training.models.lightgbm import LightGBM, LightGBMOptions
from vn30_training.models.options import merge_options
from vn30_training.models.scope import Scope

SAMPLES = make_samples(2400, 30)
TRAIN, VALID = SAMPLES.at(np.arange(2000)), SAMPLES.at(np.arange(2000, 2400))


def options_of(variant: str | None) -> LightGBMOptions:
    merged = merge_options("lightgbm", declared_families()["lightgbm"], Scope.parse("VCB"), variant)
    return LightGBMOptions.model_validate(merged.options)


def test_penalties_are_scaled_to_the_rows_unless_told_otherwise() -> None:
    options = LightGBMOptions(reg_alpha=200, reg_lambda=600, penalty_rows=100_000)
    scaled = options.parameters(2000, 0)
    assert (scaled["reg_alpha"], scaled["reg_lambda"]) == pytest.approx((4, 12))
    plain = options.model_copy(update={"penalty_rows": None}).parameters(2000, 0)
    assert (plain["reg_alpha"], plain["reg_lambda"]) == (200, 600)
    assert "penalty_rows" not in scaled


def test_the_published_settings_are_kept() -> None:
    parameters = options_of("qlib").parameters(2000, 0)
    published = {
        "learning_rate": 0.0421,
        "num_leaves": 210,
        "max_depth": 8,
        "reg_alpha": 205.7,
        "reg_lambda": 581.0,
        "colsample_bytree": 0.8879,
        "subsample": 0.8789,
        "max_bin": 255,
        "min_child_samples": 20,
    }
    assert {name: parameters[name] for name in published} == published
    assert (options_of("qlib").n_estimators, options_of("qlib").early_stopping_rounds) == (1000, 50)


def test_unscaled_penalties_make_a_constant_and_it_is_said() -> None:
    weak = make_samples(2400, 30, signal=0.05)
    model = LightGBM.fit(weak.at(TRAIN.rows), weak.at(VALID.rows), options_of("qlib"), 0)
    assert model.diagnostics.degenerate == "no tree found a split, so the model is a constant"
    assert np.ptp(model.predict(VALID).score) < 1e-12
    sound = LightGBM.fit(weak.at(TRAIN.rows), weak.at(VALID.rows), options_of(None), 0)
    assert sound.diagnostics.degenerate is None


@pytest.mark.parametrize("penalty_rows", [None, 100_000])
def test_boosting_stops_early_and_keeps_the_best_round(penalty_rows: int | None) -> None:
    options = LightGBMOptions(
        n_estimators=400, early_stopping_rounds=20, learning_rate=0.2, penalty_rows=penalty_rows
    )
    model = LightGBM.fit(TRAIN, VALID, options, 0)
    losses = [row["valid_loss"] for row in model.diagnostics.learning_curve]
    best = model.diagnostics.facts["best_iteration"]
    assert best == int(np.argmin(losses)) + 1
    assert len(losses) == best + 20
    error = model.predict(VALID).score - VALID.label[VALID.rows]
    assert np.mean(error**2) == pytest.approx(min(losses), rel=1e-9)


def test_sampling_of_rows_needs_a_frequency() -> None:
    def fit(**changes: float) -> str:
        return LightGBM.fit(TRAIN, VALID, LightGBMOptions(n_estimators=5, **changes), 0).text

    def trees(text: str) -> str:
        return text.split("parameters:")[0]

    assert trees(fit(subsample=0.5)) == trees(fit(subsample=1.0))
    assert trees(fit(subsample=0.5, subsample_freq=1)) != trees(fit(subsample=1.0))


def test_one_thread_is_used_and_the_seed_decides(tmp_path: Path) -> None:
    options = LightGBMOptions(n_estimators=5)
    assert options.parameters(2000, 3)["num_threads"] == 1
    first, again, other = (LightGBM.fit(TRAIN, VALID, options, seed).text for seed in (3, 3, 4))
    assert first == again != other


def test_the_text_alone_predicts_as_the_booster_did(tmp_path: Path) -> None:
    model = LightGBM.fit(TRAIN, VALID, LightGBMOptions(), 0)
    model.save(tmp_path)
    stock = lightgbm.Booster(model_file=str(tmp_path / "model.txt"))
    np.testing.assert_array_equal(
        stock.predict(SAMPLES.features[VALID.rows]), model.predict(VALID).score
    )
