"""What makes an audit one of something else, and what does not."""

import copy

import pytest
from tests.configuration import load

from vn30_training.pipelines.audit.fingerprint import fingerprint
from vn30_training.project import complete

VINTAGE = {"past": "abc", "symbols": {}}


@pytest.fixture(scope="module")
def parameters():
    return complete(load("base")["parameters"])


def changed(parameters, path, value):
    """The parameters with one entry replaced."""
    other = copy.deepcopy(parameters)
    *parents, last = path.split(".")
    entry = other
    for name in parents:
        entry = entry[name]
    entry[last] = value
    return other


def differing(parameters, other, vintage=VINTAGE):
    one, two = fingerprint(VINTAGE, parameters), fingerprint(vintage, other)
    return {name for name in one if one[name] != two[name]}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("label.end", 8),
        ("features.mode", "qlib"),
        ("split.ratios", [0.6, 0.2, 0.2]),
        ("walk_forward.warm_start", True),
        ("walk_forward.preset", "quarterly"),
        ("walk_forward.presets.yearly.valid", 60),
        ("variant", "selected"),
        ("variant", {"ridge": "qlib"}),
        ("ridge.defaults.options.penalties", [7.0]),
        ("ridge.overrides", {"FPT": {"minimum_train_rows": 300}}),
        ("lstm.scopes", ["pooled"]),
        ("universe.symbols", {"FPT": {"sector": "Banks"}}),
    ],
)
def test_a_configuration_that_is_used_is_part_of_it(parameters, path, value):
    assert differing(parameters, changed(parameters, path, value)) == {"configuration"}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("ridge.variants.qlib.options.penalties", [7.0]),
        ("walk_forward.presets.quarterly.valid", 60),
        ("backtest.capital", 5),
        ("audit.cuts", 60),
        ("source", "elsewhere"),
    ],
)
def test_what_is_not_used_is_no_part_of_it(parameters, path, value):
    assert differing(parameters, changed(parameters, path, value)) == set()


def test_a_variant_counts_where_it_is_chosen(parameters):
    chosen = {**parameters, "variant": "qlib"}
    other = changed(chosen, "ridge.variants.qlib.options.penalties", [7.0])
    assert differing(chosen, other) == {"configuration"}


def test_another_past_is_other_data(parameters):
    assert differing(parameters, parameters, {**VINTAGE, "past": "abd"}) == {"data"}
    assert differing(parameters, parameters, {**VINTAGE, "symbols": {"FPT": {}}}) == set()
