"""Merging and validating the options of an instance."""

import json
from typing import Any

import pytest

from vn30_training.models.options import InstanceOptions, OptionsError, merge_options
from vn30_training.models.scope import Scope

VCB, POOLED = Scope.parse("VCB"), Scope.parse("VN30")


def entry(**changes: Any) -> dict[str, Any]:
    return {
        "family": "vn30_training.models.lightgbm:LightGBM",
        "kind": "model",
        "scopes": ["symbol", "pooled"],
        "defaults": {
            "features": "alpha158",
            "seeds": {"symbol": [0], "pooled": [1, 2]},
            "options": {"num_leaves": 10, "max_depth": 4},
            "pooled": {"options": {"num_leaves": 20}},
        },
        "variants": {
            "wide": {"options": {"num_leaves": 30}},
            "deep": {"options": {"max_depth": 9}, "pooled": {"options": {"max_depth": 10}}},
        },
        "overrides": {"VCB": {"label": "y_raw", "options": {"num_leaves": 40}}},
        **changes,
    }


@pytest.mark.parametrize(
    ("scope", "variant", "leaves", "depth"),
    [
        ("FPT", None, 10, 4),
        ("VN30", None, 20, 4),
        ("FPT", "wide", 30, 4),
        ("VN30", "wide", 30, 4),
        ("FPT", "deep", 10, 9),
        ("VN30", "deep", 20, 10),
        ("VCB", None, 40, 4),
        ("VCB", "wide", 40, 4),
        ("VCB", "deep", 40, 9),
    ],
)
def test_later_layers_win(scope: str, variant: str | None, leaves: int, depth: int) -> None:
    merged = merge_options("lightgbm", entry(), Scope.parse(scope), variant)
    assert (merged.options["num_leaves"], merged.options["max_depth"]) == (leaves, depth)
    assert merged.variant == variant
    assert merged.label == ("y_raw" if scope == "VCB" else "y_z")


def test_seeds_follow_the_kind_of_scope() -> None:
    assert merge_options("lightgbm", entry(), VCB).seeds == (0,)
    assert merge_options("lightgbm", entry(), POOLED).seeds == (1, 2)
    plain = entry(defaults={"features": ["A"], "seeds": [7]})
    assert merge_options("lightgbm", plain, POOLED).seeds == (7,)


def test_the_result_is_complete_and_survives_json() -> None:
    merged = merge_options("lightgbm", entry(), VCB)
    assert merged.options["learning_rate"] == 0.05
    assert InstanceOptions.model_validate(json.loads(merged.model_dump_json())) == merged
    with pytest.raises(ValueError, match="frozen"):
        merged.label = "y_rank"  # type: ignore[misc]


def test_the_parameters_are_left_as_they_were() -> None:
    parameters = entry()
    merge_options("lightgbm", parameters, VCB, "deep")
    assert parameters == entry()


@pytest.mark.parametrize(
    ("changes", "variant", "message"),
    [
        ({"overrides": {"VCB": {"options": {"num_leafs": 3}}}}, None, "'num_leaves'"),
        ({"overrides": {"VCB": {"lable": "y_raw"}}}, None, "'label'"),
        ({"overides": {}}, None, "'overrides'"),
        ({"overrides": {"VCB": {"seeds": {"pool": [1]}}}}, None, "'pooled'"),
        ({"overrides": {"VCB": {"options": {"num_leaves": 1}}}}, None, "greater than or equal"),
        ({"overrides": {"VCB": {"options": {"num_leaves": "many"}}}}, None, r"got 'many'"),
        ({"overrides": {"VCB": {"label": "y_log"}}}, None, "lightgbm.VCB.label"),
        ({"overrides": {"VCB": {"seeds": []}}}, None, "lightgbm.VCB.seeds"),
        ({}, "wdie", "'wide'"),
        ({}, "zzzzz", "valid names: deep, wide"),
        ({"scopes": ["pooled"]}, None, "not trained on symbol scopes"),
    ],
)
def test_what_is_wrong_is_named(changes: dict[str, Any], variant: str | None, message: str) -> None:
    with pytest.raises(OptionsError, match=message):
        merge_options("lightgbm", entry(**changes), VCB, variant)


def test_families_without_variants_ignore_the_choice() -> None:
    assert merge_options("lightgbm", entry(variants={}), VCB, "wide").variant is None


IMPORTANCE = {"method": "importance", "top": 30}


def chosen(**defaults: Any) -> InstanceOptions:
    parameters = entry()
    parameters["defaults"].update(defaults)
    return merge_options("lightgbm", parameters, POOLED, None)


def test_options_without_selection_say_nothing_of_it() -> None:
    plain = merge_options("lightgbm", entry(), POOLED)
    assert (plain.selection, plain.search) == (None, None)
    assert {"selection", "search"}.isdisjoint(plain.model_dump(mode="json"))
    assert {"selection", "search"}.isdisjoint(json.loads(plain.model_dump_json()))


@pytest.mark.parametrize(
    "selection",
    [
        {"method": "importance", "top": 60, "by": "family", "estimator": "ridge"},
        {"method": "rfecv", "step": 0.2, "folds": 5},
        {"method": "correlation", "threshold": 0.95},
        {"method": "redundancy", "top": 20},
        [{"method": "correlation"}, IMPORTANCE],
    ],
)
def test_selection_is_one_step_or_several_and_survives_json(selection: Any) -> None:
    options = chosen(selection=selection, search={"grid": {"num_leaves": [3, 7]}, "folds": 3})
    assert options.selection is not None
    assert len(options.selection) == (len(selection) if isinstance(selection, list) else 1)
    assert InstanceOptions.model_validate(json.loads(options.model_dump_json())) == options
    assert InstanceOptions.model_validate(options.model_dump(mode="json")) == options


def test_later_layers_change_a_selection_replace_it_or_switch_it_off() -> None:
    variants = {
        "fewer": {"selection": {"top": 10}},
        "other": {"selection": [{"method": "correlation", "threshold": 0.8}]},
        "none": {"selection": None},
    }
    parameters = entry(variants=variants)
    parameters["defaults"]["selection"] = {"method": "importance", "by": "family"}
    fewer, other, none = (
        merge_options("lightgbm", parameters, POOLED, name).selection for name in variants
    )
    assert fewer is not None
    assert fewer[0].model_dump() == {
        "method": "importance", "top": 10, "by": "family", "estimator": "lightgbm",
    }  # fmt: skip
    assert other is not None
    assert [step.method for step in other] == ["correlation"]
    assert none is None


@pytest.mark.parametrize(
    ("defaults", "message"),
    [
        ({"selection": {"method": "rfecv", "cv": 5}}, "cv=5 leaks: labels span .* `folds: n`"),
        ({"selection": {**IMPORTANCE, "cv": "KFold"}}, "cv=KFold leaks"),
        ({"search": {"grid": {"num_leaves": [3]}, "cv": 3}}, "cv=3 leaks"),
        ({"selection": {"method": "lasso"}}, "lightgbm.VN30.selection.*'importance'"),
        ({"selection": {"method": "importance", "tpo": 3}}, "importance.tpo"),
        ({"selection": {"method": "importance", "top": 0}}, "greater than or equal to 1"),
        ({"selection": {"method": "correlation", "threshold": 95}}, "less than or equal to 1"),
        ({"selection": {"method": "rfecv", "folds": 1}}, "greater than or equal to 2"),
        ({"selection": []}, "lightgbm.VN30.selection"),
        ({"search": {"grid": {}}}, "lightgbm.VN30.search.grid"),
        ({"search": {"grid": {"num_leaves": []}}}, "lightgbm.VN30.search.grid.num_leaves"),
        ({"search": {"grid": {"num_leafs": [3]}}}, "search.grid.num_leafs.*'num_leaves'"),
        ({"search": {"grid": {"num_leaves": [3, 1]}}}, "search.grid.num_leaves: .*got 1"),
    ],
)
def test_what_is_wrong_with_a_selection_is_named(defaults: Any, message: str) -> None:
    with pytest.raises(OptionsError, match=message):
        chosen(**defaults)
