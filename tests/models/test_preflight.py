import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from tests.models.small_market import (
    FAMILY_SPECS,
    FEATURES,
    SECTORS,
    SYMBOLS,
    declared_families,
    make_market,
    small_options,
)

from vn30_training.models import preflight
from vn30_training.models.contract import Prediction
from vn30_training.models.naive import NaiveOptions, Zero
from vn30_training.models.options import merge_options
from vn30_training.models.preflight import (
    check_data,
    check_rows,
    examine,
    try_out,
)
from vn30_training.models.ridge import Ridge, RidgeOptions
from vn30_training.models.scope import Scope

POOLED, ONE = Scope("pooled"), Scope("symbol", "BBB")
HERE = "tests.models.test_preflight"


class Constant(Ridge):
    """Learns nothing."""

    def predict(self, data):
        return Prediction(np.full(len(data.rows), 0.1))


class NotANumber(Ridge):
    def predict(self, data):
        return Prediction(np.full(len(data.rows), np.nan))


class Forgetful(Ridge):
    """Keeps half of what it learned in its files."""

    def save(self, folder):
        Ridge(self.intercept, self.coefficients * 0.5).save(folder)

    @classmethod
    def load(cls, folder):
        loaded = Ridge.load(folder)
        return cls(loaded.intercept, loaded.coefficients)


class Broken(Ridge):
    @classmethod
    def fit(cls, train, valid, options, seed):
        raise RuntimeError("no such\nluck")


class NoNumberRule(Zero):
    def predict(self, data):
        return Prediction(np.full(len(data.rows), np.nan))


def failed(checks):
    return {check.name for check in checks if not check.passed}


def sick(cls, **changes):
    """Return the options of ridge, of which ``cls`` takes the place."""
    entry = {**declared_families()["ridge"], "family": f"{HERE}:{cls.__name__}"}
    overrides = {POOLED.name: {"features": FEATURES, **changes}}
    return merge_options("sick", {**entry, "overrides": overrides}, POOLED)


def tried(market, options, scope=POOLED):
    tables = market.features, market.labels, market.split
    return try_out(*tables, options, scope, SECTORS)[0]


def options_check(market, name, families, scopes, variant=None):
    """The first check of a family, that of its options."""
    tables = market.features, market.labels, market.split
    checks, _ = examine(name, families[name], scopes, *tables, variant=variant, sectors=SECTORS)
    assert checks[0].name == "options"
    return checks[0]


@pytest.mark.parametrize("spec", FAMILY_SPECS.values(), ids=list(FAMILY_SPECS))
def test_every_family_of_the_project_is_healthy(spec, market):
    checks = tried(market, small_options(spec, POOLED))
    assert failed(checks) == set()
    assert {"samples", "predicts", "reloads"} <= {check.name for check in checks}
    assert {check.subject for check in checks} == {f"{spec.name}.VN30"}


@pytest.mark.parametrize("name", ["ridge", "lightgbm", "lstm"])
def test_so_is_every_one_on_a_symbol_of_its_own(name, market):
    options = small_options(FAMILY_SPECS[name], ONE)
    checks = tried(market, options, ONE)
    assert failed(checks) == set()


def test_it_tells_the_same_twice(market):
    options = small_options(FAMILY_SPECS["lightgbm"], POOLED)
    assert tried(market, options) == tried(market, options)


def test_trees_are_not_blamed_for_the_noise_of_returns():
    market = make_market(strength=0.0)
    heavy = small_options(FAMILY_SPECS["lightgbm"], POOLED, min_child_samples=100, reg_alpha=4e4)
    assert failed(tried(market, heavy)) == set()


@pytest.mark.parametrize(
    ("cls", "name", "told"),
    [
        (Constant, "predicts", "the score is a constant"),
        (NotANumber, "predicts", "scores are not finite"),
        (Forgetful, "reloads", "predicts otherwise from its files"),
        (Broken, "trial", "RuntimeError: no such luck"),
    ],
)
def test_a_sick_family_is_caught_and_the_reason_told(cls, name, told, market):
    checks = tried(market, sick(cls))
    assert failed(checks) == {name}
    found = next(check for check in checks if check.name == name)
    assert told in found.detail
    assert found.subject == "sick.VN30"
    assert found.remedy


def test_a_rule_may_be_constant_but_not_nan(market):
    train, valid = samples(market)
    assert failed(Zero.preflight(train, valid, NaiveOptions(), 0)) == set()
    assert failed(NoNumberRule.preflight(train, valid, NaiveOptions(), 0)) == {"predicts"}


def samples(market, options=None):
    options = options or small_options(FAMILY_SPECS["ridge"], POOLED)
    tables = market.features, market.labels, market.split
    return preflight._samples(*tables, options, POOLED, SECTORS)


def test_features_that_hold_nan_where_a_family_needs_numbers_are_named(market):
    checks = tried(market, sick(Ridge, processors=()))
    assert failed(checks) == set()
    spoiled = market.features.copy()
    spoiled.loc[market.rows("train"), "F3"] = np.nan
    checks = tried(replace(market, features=spoiled), sick(Ridge, processors=()))
    assert "Fillna" in checks[-1].detail


def test_a_wrong_option_is_answered_by_the_nearest_name(market):
    families = declared_families()
    families["ridge"]["defaults"]["options"] = {"penaltys": [1.0]}
    wrong = options_check(market, "ridge", families, [POOLED, ONE])
    assert not wrong.passed
    assert wrong.subject == "ridge"
    assert "penaltys: no such option; did you mean 'penalties'?" in wrong.detail
    assert "and 1 more like it" in wrong.detail


def test_a_wrong_variant_and_a_wrong_class_are_told(market):
    families = declared_families()
    families["lightgbm"]["family"] = "vn30_training.models.lightgbm:LightGBN"
    ridge = options_check(market, "ridge", families, [POOLED], {"ridge": "agressive"})
    assert "did you mean 'aggressive'?" in ridge.detail
    lightgbm = options_check(market, "lightgbm", families, [POOLED], {"ridge": "agressive"})
    assert "names no family" in lightgbm.detail


def test_healthy_tables_pass(market):
    checks = check_data(market.features, market.labels, market.split)
    assert failed(checks) == set()
    assert {check.subject for check in checks} == {"data"}
    assert checks[0].detail == "1680 rows of 6 symbols, in order"


@pytest.mark.parametrize(
    ("spoil", "name"),
    [
        (lambda f, y: (f.iloc[1:], y), "rows"),
        (lambda f, y: (f.assign(symbol=f["symbol"].replace("AAA", "ZZZ")), y), "rows"),
        (lambda f, y: (f.iloc[::-1], y.iloc[::-1]), "rows"),
        (lambda f, y: (f.sort_values("date"), y.sort_values("date")), "rows"),
        (lambda f, y: (f, y.assign(y_raw=np.nan)), "labels"),
        (lambda f, y: (f, y.assign(y_raw=y["y_raw"].where(y.index % 3 == 0))), "labels"),
        (lambda f, y: (f, y.assign(y_raw=0.01)), "labels"),
        (lambda f, y: (f.assign(**dict.fromkeys(FEATURES[:10], np.nan)), y), "features"),
    ],
    ids=["fewer", "others", "backwards", "by date", "no labels", "few", "constant", "no features"],
)
def test_sick_tables_are_caught(spoil, name, market):
    features, labels = (one.reset_index(drop=True) for one in spoil(market.features, market.labels))
    checks = check_data(features, labels, market.split)
    assert failed(checks) == {name}
    assert next(check for check in checks if not check.passed).remedy


def test_an_empty_part_of_the_split_is_told(market):
    early = replace(market.split, train_end=market.labels["date"].min() - np.timedelta64(1, "D"))
    checks = check_data(market.features, market.labels, early)
    assert "0 rows to train" in next(check.detail for check in checks if check.name == "split")
    assert "split" in failed(checks)


def test_a_column_that_is_never_known_is_a_note(market):
    features = market.features.assign(F2=np.nan)
    checks = check_data(features, market.labels, market.split)
    assert failed(checks) == set()
    assert checks[-1].detail.endswith("never known: F2")


def instances(scopes, **changes):
    entry = declared_families()["ridge"]
    defaults = {**entry["defaults"], "features": FEATURES, **changes}
    return {
        scope: merge_options("ridge", {**entry, "defaults": defaults}, scope) for scope in scopes
    }


def test_instances_with_too_few_rows_are_a_note_unless_all_are(market):
    scopes = [POOLED, *(Scope("symbol", name) for name in SYMBOLS)]
    gone = (market.labels["symbol"] == "CCC").to_numpy() & (market.labels["date"].dt.month != 3)
    labels = market.labels.assign(y_raw=market.labels["y_raw"].mask(gone))
    few = instances(scopes, minimum_train_rows=100)
    check = check_rows(market.features, labels, market.split, few)
    assert check.passed
    assert check.detail.startswith("6 of 7 instances have enough rows; to be skipped: CCC (")
    assert "of 100 rows to train" in check.detail
    none = instances(scopes, minimum_valid_rows=10_000)
    assert not check_rows(market.features, labels, market.split, none).passed


def test_rows_are_counted_as_training_counts_them(market):
    from vn30_training.models.training import train

    options = instances([POOLED])[POOLED]
    forecaster = train(market.features, market.labels, market.split, options, POOLED)
    spans = forecaster.spans
    told = tried(market, options)[0].detail
    assert told.startswith(
        f"{spans['train']['rows']} rows to train, {spans['valid']['rows']} to validate"
    )
    exact = instances([POOLED], minimum_train_rows=spans["train"]["rows"])
    above = instances([POOLED], minimum_train_rows=spans["train"]["rows"] + 1)
    tables = market.features, market.labels, market.split
    assert check_rows(*tables, exact).passed
    assert not check_rows(*tables, above).passed


def whole(market, parameters, scopes=(POOLED, ONE), **options):
    tables = market.features, market.labels, market.split
    return examine("ridge", parameters, scopes, *tables, sectors=SECTORS, **options)


def test_a_family_is_examined_from_its_options_to_its_files(market):
    entry = declared_families()["ridge"]
    entry["defaults"]["features"] = list(FEATURES)
    checks, need = whole(market, entry)
    assert [check.name for check in checks] == [
        *("options", "enough rows", "samples", "predicts", "reloads")
    ]
    assert need > 0


def test_a_family_that_cannot_be_tried_says_why(market):
    entry = declared_families()["ridge"]
    checks, need = whole(market, {**entry, "defaults": {"featuers": "alpha158"}})
    assert [check.name for check in checks] == ["options"]
    assert "did you mean 'features'?" in checks[0].detail
    assert need == 0
    entry["defaults"]["features"] = ["F0", "SIG_REV11"]
    checks, _ = whole(market, entry)
    assert failed(checks) == {"enough rows"}
    assert "SIG_REV1" in checks[-1].detail


def test_the_estimated_memory_is_that_of_a_fit():
    large = make_market(sessions=1500)
    split = replace(large.split, train_end=large.labels["date"].iloc[1200])
    split = replace(split, valid_start=large.labels["date"].iloc[1210])
    split = replace(split, valid_end=large.labels["date"].iloc[1400])
    options = small_options(FAMILY_SPECS["ridge"], POOLED)
    tables = large.features, large.labels, split
    _, need = try_out(*tables, options, POOLED, SECTORS)
    preflight._samples(*tables, options, POOLED, SECTORS)
    tracemalloc.start()
    train, valid = preflight._samples(*tables, options, POOLED, SECTORS)
    Ridge.fit(train, valid, RidgeOptions(), 0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert 0.5 < need / peak < 2.0
