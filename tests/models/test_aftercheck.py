from dataclasses import replace

import numpy as np
import pytest
from tests.models.small_market import FAMILY_SPECS, SECTORS, small_options

from vn30_training.models.aftercheck import check_fit, check_reload
from vn30_training.models.contract import Diagnostics
from vn30_training.models.forecaster import Forecaster
from vn30_training.models.scope import Scope
from vn30_training.models.training import train

POOLED, ONE = Scope("pooled"), Scope("symbol", "BBB")


def fit(market, name, scope=POOLED, **options):
    chosen = small_options(FAMILY_SPECS[name], scope, **options)
    tables = market.features, market.labels, market.split
    return train(*tables, chosen, scope, sectors=SECTORS)


@pytest.fixture(scope="module")
def boosted(market):
    return fit(market, "lightgbm")


def with_curves(forecaster, *curves, degenerate=None):
    """Return the forecaster with one seed per learning curve, each a list of two losses."""
    (one,) = forecaster.seeds
    seeds = tuple(
        replace(
            one,
            seed=seed,
            diagnostics=Diagnostics(
                learning_curve=[
                    {"epoch": float(epoch), "train_loss": fell, "valid_loss": valid}
                    for epoch, (fell, valid) in enumerate(curve)
                ],
                degenerate=degenerate,
            ),
        )
        for seed, curve in enumerate(curves)
    )
    return replace(forecaster, seeds=seeds)


def judged(forecaster):
    return {check["name"]: (check["passed"], check["detail"]) for check in check_fit(forecaster)}


@pytest.mark.parametrize("name", ["lightgbm", "lstm"])
def test_a_healthy_fit_passes(name, market):
    options = {"epochs": 6, "patience": 6} if name == "lstm" else {}
    found = judged(fit(market, name, **options))
    assert [passed for passed, _ in found.values()] == [True] * 4


@pytest.mark.parametrize("name", ["ridge", "zero"])
def test_what_does_not_learn_in_rounds_has_no_curve_to_judge(name, market):
    found = judged(fit(market, name))
    assert found["training loss fell"] == (None, "no rounds")
    assert found["validation improved"] == (None, "no rounds")
    assert found["not degenerate"] == (True, "")


def test_a_loss_that_never_fell_is_told_with_its_seed(boosted):
    good, bad = [(1.0, 1.0), (0.9, 0.95)], [(1.0, 1.0), (1.1, 0.99)]
    assert judged(with_curves(boosted, good))["training loss fell"] == (True, "seed 0: 1 to 0.9")
    assert judged(with_curves(boosted, good, bad))["training loss fell"] == (
        False,
        "seed 1: 1 to 1",
    )


@pytest.mark.parametrize(("rounds", "passed"), [(10, True), (11, False)])
def test_validation_must_improve_within_ten_rounds(rounds, passed, boosted):
    late = [(1.0, 1.0), *[(0.9, 1.0)] * (rounds - 1), (0.8, 0.5)]
    assert judged(with_curves(boosted, late))["validation improved"][0] is passed


def test_one_round_tells_nothing(boosted):
    found = judged(with_curves(boosted, [(1.0, 1.0)]))
    assert found["validation improved"] == (None, "one round only")
    assert found["training loss fell"] == (None, "one round only")


def test_nan_in_the_curve_is_counted(boosted):
    found = judged(with_curves(boosted, [(1.0, 1.0), (np.nan, 0.9), (0.8, np.inf)]))
    assert found["no NaN in the curve"] == (False, "seed 0: 2 of 5 losses are not finite")


def test_a_start_has_no_training_loss_and_that_is_no_fault(boosted):
    found = judged(with_curves(boosted, [(np.nan, 1.0), (0.9, 0.9), (0.8, 0.9)]))
    assert found["no NaN in the curve"][0] is True
    assert found["training loss fell"] == (True, "seed 0: 0.9 to 0.8")


def test_a_collapsed_model_is_told(boosted):
    curve = [(1.0, 1.0), (0.9, 0.9)]
    found = judged(with_curves(boosted, curve, degenerate="collapsed: hardly varies"))
    assert found["not degenerate"] == (False, "seed 0: collapsed: hardly varies")


@pytest.mark.parametrize(
    ("name", "scope"), [("lightgbm", POOLED), ("lstm", ONE), ("ridge", ONE), ("majority", POOLED)]
)
def test_a_model_from_its_files_forecasts_as_when_it_was_fitted(name, scope, market, tmp_path):
    fit(market, name, scope).save(tmp_path / "model")
    loaded = Forecaster.load(tmp_path / "model")
    (check,) = check_reload(loaded, market.features, market.labels, market.split)
    assert check["passed"] is True, check["detail"]
    assert check["detail"] == (
        f"{loaded.spans['valid']['rows']} rows forecast as when it was fitted"
    )


def test_a_model_that_came_back_otherwise_is_told(market):
    forecaster = fit(market, "ridge")
    (one,) = forecaster.seeds
    one.model.coefficients = one.model.coefficients + 0.01
    (check,) = check_reload(forecaster, market.features, market.labels, market.split)
    assert check["passed"] is False
    assert "when fitted" in check["detail"]


def test_other_rows_than_those_of_the_fit_tell_nothing(market):
    forecaster = fit(market, "ridge")
    later = replace(market.split, valid_end=market.split.valid_start)
    (check,) = check_reload(forecaster, market.features, market.labels, later)
    assert check["passed"] is None
