"""Training: which rows are learned from, how seeds, pools and degenerate models are treated."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.models.small_market import (
    FAMILY_SPECS,
    FEATURES,
    SECTORS,
    SmallMarket,
    make_market,
    small_options,
)

from vn30_training.models.contract import QUANTILE_COLUMNS, Prediction, Samples
from vn30_training.models.forecaster import Forecaster
from vn30_training.models.naive import Zero
from vn30_training.models.options import InstanceOptions
from vn30_training.models.scope import Scope
from vn30_training.models.training import TooFewRowsError, WorthlessPredictionError, train

POOLED, BBB = Scope.parse("VN30"), Scope.parse("BBB")


def fit(market: SmallMarket, scope: Scope, name: str = "ridge", **changes: Any) -> Forecaster:
    options = small_options(FAMILY_SPECS[name], scope).model_copy(update=changes)
    return train(market.features, market.labels, market.split, options, scope, sectors=SECTORS)


class Recording(Zero):
    """Keeps the rows it was given."""

    seen: dict[str, Samples]

    @classmethod
    def fit(cls, train: Samples, valid: Samples, options: Any, seed: int) -> "Recording":
        model = cls({})
        cls.seen = {"train": train, "valid": valid}
        return model


class Broken(Zero):
    """Predicts NaN."""

    def predict(self, data: Samples) -> Prediction:
        return Prediction(np.full(len(data.rows), np.nan))


def test_pooled_models_learn_from_members_only(market: SmallMarket) -> None:
    outside = (market.labels["symbol"] == "CCC") & (market.labels["date"] < "2020-05-01")
    part = replace(market, labels=market.labels.assign(member=~outside))
    fit(part, POOLED, path=f"{__name__}:Recording", options={})
    for name, samples in Recording.seen.items():
        learned = np.zeros(len(part.labels), dtype=bool)
        learned[samples.rows] = True
        expected = part.rows(name) & ~outside & part.labels["y_z"].notna()
        np.testing.assert_array_equal(learned, expected & part.features["F0"].notna())
    forecast = fit(part, POOLED).forecast(part.features, part.labels, np.ones(len(outside), bool))
    assert (~forecast["member"]).sum() == (outside & part.features["F0"].notna()).sum()


def test_symbol_models_see_one_symbol(market: SmallMarket) -> None:
    fit(market, BBB, path=f"{__name__}:Recording", options={})
    samples = Recording.seen["train"]
    assert samples.symbol_names == ("BBB",)
    assert len(samples.features) == (market.labels["symbol"] == "BBB").sum()
    assert samples.sector_names == (SECTORS["BBB"],)


def test_too_few_rows_are_counted(market: SmallMarket) -> None:
    with pytest.raises(TooFewRowsError, match=r"^146 usable rows for train, at least"):
        fit(market, BBB, minimum_train_rows=500)


def test_nan_is_an_error_that_names_the_instance(market: SmallMarket) -> None:
    with pytest.raises(WorthlessPredictionError, match=r"ridge\.BBB: seed 0 predicts no finite"):
        fit(market, BBB, path=f"{__name__}:Broken", options={})


def test_constants_are_degenerate_unless_naive(market: SmallMarket) -> None:
    constant = fit(market, POOLED, path="vn30_training.models.naive:Zero", options={})
    assert constant.degenerate == "seed 0: the score is a constant"
    assert constant.metadata["degenerate"] == constant.degenerate
    assert fit(market, POOLED, name="zero").degenerate is None


def test_a_score_that_is_constant_in_the_test_span_only_is_found(market: SmallMarket) -> None:
    instance = fit(market, POOLED)
    forecast = instance.forecast(market.features, market.labels, market.rows("test"))
    assert instance.judge(forecast) is None
    flat = forecast.assign(score=0.5)
    assert instance.judge(flat) == "seed 0, test span: the score is a constant"
    by_day = forecast.assign(score=forecast["date"].astype(np.int64) * 1e-15)
    assert "all stocks of a day" in str(instance.judge(by_day))
    assert fit(market, POOLED, name="zero").judge(flat) is None


def test_every_seed_has_its_forecast(market: SmallMarket) -> None:
    instance = fit(market, POOLED, name="lightgbm", seeds=(0, 1, 2))
    rows = market.rows("test")
    forecast = instance.forecast(market.features, market.labels, rows)
    assert forecast.groupby("seed").size().to_dict() == dict.fromkeys((0, 1, 2), rows.sum())
    single = fit(market, POOLED, name="lightgbm", seeds=(1,))
    expected = single.forecast(market.features, market.labels, rows)
    pd.testing.assert_frame_equal(
        forecast[forecast["seed"] == 1].reset_index(drop=True), expected, check_exact=True
    )


def test_an_instance_starts_from_its_own_kind_only(market: SmallMarket) -> None:
    options = small_options(FAMILY_SPECS["ridge"], BBB)
    pooled = fit(market, POOLED)
    with pytest.raises(ValueError, match=r"ridge.BBB starts from ridge.BBB only"):
        train(market.features, market.labels, market.split, options, BBB, start=pooled)
    tuned = Scope.parse("BBB_finetuned")
    as_tuned = options.model_copy(update={"scope": tuned.name})
    with pytest.raises(ValueError, match=r"ridge.BBB_finetuned starts from ridge.VN30 only"):
        train(market.features, market.labels, market.split, as_tuned, tuned)
    other = as_tuned.model_copy(update={"features": FEATURES[:3]})
    with pytest.raises(ValueError, match=r"features is .* goes on with the same inputs"):
        train(market.features, market.labels, market.split, other, tuned, start=pooled)
    with pytest.raises(TypeError, match="Ridge cannot be fine-tuned"):
        train(market.features, market.labels, market.split, as_tuned, tuned, start=pooled)


@pytest.mark.parametrize("name", ["ridge", "lstm"])
def test_a_warm_start_goes_on_where_the_family_can(market: SmallMarket, name: str) -> None:
    options = small_options(FAMILY_SPECS[name], POOLED)
    cold = fit(market, POOLED, name=name)
    warm = train(market.features, market.labels, market.split, options, POOLED, start=cold)
    curves = [one.learning_curve["epoch"].min() for one in (cold, warm)]
    again = warm.forecast(market.features, market.labels, market.rows("test"))["score"]
    first = cold.forecast(market.features, market.labels, market.rows("test"))["score"]
    if name == "ridge":
        assert again.equals(first)
    else:
        assert curves == [1, 0]
        assert not again.equals(first)


def test_forecasts_are_calibrated_on_a_market_of_the_same_kind(market: SmallMarket) -> None:
    fresh = make_market(seed=7)
    forecast = fit(market, POOLED).forecast(
        fresh.features, fresh.labels, np.ones(len(fresh.labels), dtype=bool)
    )
    known = forecast.dropna(subset=["y_true"])
    levels = [int(name[1:]) / 100 for name in QUANTILE_COLUMNS]
    below = [(known["y_true"] <= known[name]).mean() for name in QUANTILE_COLUMNS]
    np.testing.assert_allclose(below, levels, atol=0.06)
    rose = known["y_true"] > 0
    by_confidence = rose.groupby(pd.cut(known["p_up"], [0, 0.4, 0.6, 1])).mean()
    assert by_confidence.is_monotonic_increasing
    errors = ((known["y_pred"] - known["y_true"]) ** 2).sum(), (known["y_true"] ** 2).sum()
    assert 1 - errors[0] / errors[1] > 0.1


def test_pure_noise_has_no_skill() -> None:
    noise = make_market(seed=3, strength=0.0)
    forecast = fit(noise, POOLED).forecast(noise.features, noise.labels, noise.rows("test"))
    known = forecast.dropna(subset=["y_true"])
    assert abs(np.corrcoef(known["score"], known["y_true"])[0, 1]) < 3 / np.sqrt(len(known))


def test_options_are_kept_as_they_were_merged(market: SmallMarket) -> None:
    instance = fit(market, BBB)
    kept = InstanceOptions.model_validate(instance.metadata["options"])
    assert kept == instance.options
    assert instance.spans["train"]["rows"] == 146


SELECTIONS: dict[str, list[dict[str, Any]]] = {
    "importance": [{"method": "importance", "top": 3}],
    "rfecv": [{"method": "rfecv", "folds": 3, "estimator": "ridge"}],
    "chained": [{"method": "correlation"}, {"method": "redundancy", "top": 3}],
}


def choosing(scope: Scope, name: str, **changes: Any) -> InstanceOptions:
    plain = small_options(FAMILY_SPECS[name], scope).model_dump()
    return InstanceOptions.model_validate({**plain, **changes})


def fit_choosing(
    market: SmallMarket, scope: Scope, name: str, start: Forecaster | None = None, **changes: Any
) -> Forecaster:
    options = choosing(scope, name, **changes)
    return train(
        market.features, market.labels, market.split, options, scope, sectors=SECTORS, start=start
    )


@pytest.mark.parametrize("selection", SELECTIONS)
@pytest.mark.parametrize("scope", [POOLED, BBB], ids=str)
def test_selection_looks_at_training_rows_only(
    market: SmallMarket, scope: Scope, selection: str
) -> None:
    labels, features = market.labels.copy(), market.features.copy()
    other = ~market.rows("train")
    noise = np.random.default_rng(1).standard_normal((int(other.sum()), len(FEATURES)))
    features.loc[other, list(FEATURES)] = noise.astype(np.float32)
    for column in ("y_z", "y_rank"):
        labels.loc[other, column] = noise[:, 3].astype(np.float32)
    labels.loc[other, "y_raw"] = 0.02 * noise[:, 3]
    changed = replace(market, features=features, labels=labels)
    one, two = (
        fit_choosing(each, scope, "ridge", selection=SELECTIONS[selection])
        for each in (market, changed)
    )
    assert "F0" in one.preparation.feature_names
    assert one.preparation.to_state() == two.preparation.to_state()


def test_a_selecting_instance_is_saved_and_says_what_it_reads(
    market: SmallMarket, tmp_path: Path
) -> None:
    instance = fit_choosing(market, POOLED, "lightgbm", selection=SELECTIONS["importance"])
    metadata = instance.metadata
    assert metadata["features"] == metadata["selection"]["selected"]
    assert set(instance.importance["feature"]) == set(metadata["features"])
    assert len(metadata["features"]) == 3
    assert metadata["selection"]["dropped"] == len(FEATURES) - 3
    assert set(metadata["selection"]["steps"][0]["importance"]) == set(FEATURES)
    instance.save(tmp_path / "model")
    again = Forecaster.load(tmp_path / "model")
    assert again.metadata == metadata
    one, two = (
        each.forecast(market.features, market.labels, market.rows("test"))
        for each in (instance, again)
    )
    pd.testing.assert_frame_equal(one, two, check_exact=True)
    repeated = fit_choosing(market, POOLED, "lightgbm", selection=SELECTIONS["importance"])
    assert repeated.metadata == metadata


def test_instances_that_choose_nothing_say_nothing_of_it(market: SmallMarket) -> None:
    instance = fit(market, POOLED)
    assert {"selection", "search"}.isdisjoint(instance.metadata)
    assert {"selection", "search"}.isdisjoint(instance.metadata["options"])
    assert instance.metadata["features"] == list(FEATURES)


@pytest.mark.parametrize("name", ["lstm", "tft"])
def test_networks_read_what_was_selected_and_hand_it_on(
    market: SmallMarket, name: str, tmp_path: Path
) -> None:
    chosen = {"selection": SELECTIONS["chained"]}
    pooled = fit_choosing(market, POOLED, name, **chosen)
    assert "F0" in pooled.preparation.feature_names
    assert len(pooled.preparation.feature_names) == 3
    pooled.save(tmp_path / name)
    loaded = Forecaster.load(tmp_path / name)
    tuned_scope = Scope.parse("BBB_finetuned")
    tuned = fit_choosing(market, tuned_scope, name, start=loaded, **chosen)
    assert tuned.preparation.selection == pooled.preparation.selection
    assert tuned.metadata["selection"] == pooled.metadata["selection"]
    with pytest.raises(ValueError, match=r"selection is None here and .* goes on with the same"):
        fit_choosing(market, tuned_scope, name, start=loaded)


def test_a_search_decides_the_options_and_is_told(market: SmallMarket, tmp_path: Path) -> None:
    search = {"grid": {"n_estimators": [1, 40], "num_leaves": [2, 3]}, "folds": 3}
    instance = fit_choosing(market, POOLED, "lightgbm", search=search)
    best = instance.metadata["search"]["best"]
    assert best["n_estimators"] == 40
    assert {name: instance.options.options[name] for name in best} == best
    assert len(instance.metadata["search"]["table"]) == 4
    plain = fit_choosing(market, POOLED, "lightgbm", options={**instance.options.options, **best})
    one, two = (
        each.forecast(market.features, market.labels, market.rows("test"))
        for each in (instance, plain)
    )
    pd.testing.assert_frame_equal(one, two, check_exact=True)
    instance.save(tmp_path / "model")
    assert Forecaster.load(tmp_path / "model").metadata == instance.metadata


def test_a_model_that_goes_on_keeps_the_options_found(market: SmallMarket) -> None:
    search = {"grid": {"hidden_size": [4, 8]}, "folds": 2}
    pooled = fit_choosing(market, POOLED, "lstm", search=search, seeds=(0,))
    tuned = fit_choosing(market, Scope.parse("BBB_finetuned"), "lstm", pooled, search=search)
    assert tuned.metadata["search"] == pooled.metadata["search"]
    assert tuned.options.options["hidden_size"] == pooled.metadata["search"]["best"]["hidden_size"]
