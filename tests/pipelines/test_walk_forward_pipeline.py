"""Which models a fold trains, which it goes on from, and which it only uses."""

import pandas as pd
import pytest
from kedro.pipeline import Pipeline
from tests.models.small_market import declared_families, make_market

from vn30_training.evaluation.folds import WalkForwardOptions
from vn30_training.models.scope import Scope
from vn30_training.pipelines.walk_forward import create_pipeline, nodes

SCOPES = {"lstm": [Scope("pooled"), Scope("symbol", "FPT"), Scope("finetuned", "FPT")]}


def models(options: WalkForwardOptions) -> dict[str, set[str]]:
    """The model each forecast is made with, and the one that its training began with."""
    pipeline = Pipeline(create_pipeline(SCOPES, options))
    used = {}
    for node in pipeline.nodes:
        if node.name.endswith(".forecast"):
            used[node.namespace] = {name for name in node.inputs if name.endswith("model")}
        if node.name.endswith((".fit", ".finetune")):
            used[node.name] = {name for name in node.inputs if name.endswith("model")}
    return used


def test_every_fold_trains_a_model_of_its_own():
    used = models(WalkForwardOptions(folds=2))
    for fold in ("fold_1", "fold_2"):
        for scope in ("VN30", "FPT", "FPT_finetuned"):
            assert used[f"lstm.{scope}.{fold}"] == {f"lstm.{scope}.{fold}.model"}
        assert used[f"lstm.VN30.{fold}.fit"] == used[f"lstm.FPT.{fold}.fit"] == set()
        assert used[f"lstm.FPT_finetuned.{fold}.finetune"] == {f"lstm.VN30.{fold}.model"}
    assert len(used) == 12


def test_between_trainings_the_newest_model_is_used():
    used = models(WalkForwardOptions(folds=4, retrain=2))
    assert used["lstm.FPT.fold_2"] == {"lstm.FPT.fold_1.model"}
    assert used["lstm.FPT.fold_3"] == {"lstm.FPT.fold_3.model"}
    assert used["lstm.VN30.fold_4"] == {"lstm.VN30.fold_3.model"}
    trained = {name for name in used if name.endswith((".fit", ".finetune"))}
    assert {name.split(".")[2] for name in trained} == {"fold_1", "fold_3"}


def test_a_warm_start_goes_on_from_the_training_before():
    used = models(WalkForwardOptions(folds=5, retrain=2, warm_start=True))
    assert used["lstm.VN30.fold_1.fit"] == set()
    assert used["lstm.VN30.fold_3.finetune"] == {"lstm.VN30.fold_1.model"}
    assert used["lstm.FPT.fold_5.finetune"] == {"lstm.FPT.fold_3.model"}
    assert used["lstm.FPT_finetuned.fold_5.finetune"] == {"lstm.VN30.fold_5.model"}


def test_a_scheme_can_ask_for_more_training_rows_than_a_family():
    parameters = {"preset": "own", "presets": {"own": {}}}
    ridge, scope = declared_families()["ridge"], {"family": "ridge", "scope": "FPT"}
    usual = nodes.choose_options(ridge, scope, None, parameters)
    more = nodes.choose_options(ridge, scope, None, {**parameters, "minimum_train_rows": 1000})
    assert usual["minimum_train_rows"] == 120
    assert more == {**usual, "minimum_train_rows": 1000}


def test_the_plan_is_the_scheme_and_a_split_for_every_fold():
    market = make_market()
    parameters = {"preset": "own", "presets": {"own": {"folds": 3, "valid": 20}}}
    described, *splits = nodes.plan(market.labels, parameters)
    assert [{**fold, "fold": fold["number"]} for fold in described["folds"]] == [
        {**split, "number": split["fold"]} for split in splits
    ]
    assert [split["fold"] for split in splits] == [1, 2, 3]
    assert described["preset"] == "own"


def test_gathered_forecasts_are_stitched():
    day = pd.to_datetime(["2024-01-02"])
    one = pd.DataFrame(
        {"family": "ridge", "scope": "pooled", "seed": 0, "date": day, "symbol": "FPT", "fold": 1}
    )
    series = nodes.gather_folds(one, one.assign(fold=2), one.iloc[:0])
    assert series["fold"].tolist() == [2]


def test_instances_of_all_folds_are_one_table():
    records = [
        {"family": "ridge", "scope": "symbol", "symbol": "FPT", "fold": fold, "status": status}
        for fold, status in ((1, "skipped"), (2, "ok"))
    ]
    table = nodes.collect_fold_instances(records[:1], records[1:])
    assert table[["fold", "status"]].to_numpy().tolist() == [[1, "skipped"], [2, "ok"]]
    assert table["n_train"].isna().all()


def test_learning_curves_stay_with_their_fold():
    record = {"name": "ridge.FPT.fold_1", "learning_curve": [1], "importance": [2], "fold": 1}
    assert nodes.gather_fold_scores(record) == [{"name": "ridge.FPT.fold_1", "fold": 1}]


@pytest.mark.parametrize("folds", [1, 3])
def test_nodes_grow_with_the_folds(folds):
    nodes_of = {
        count: len(create_pipeline(SCOPES, WalkForwardOptions(folds=count)))
        for count in (folds, 2 * folds)
    }
    assert nodes_of[2 * folds] - nodes_of[folds] == 3 * folds
