"""Training: which rows are learned from, how seeds, pools and degenerate models are treated."""

from dataclasses import replace
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
