"""What `kedro run --pipeline=walk_forward` leaves, after one run of the test environment."""

import json
import re

import numpy as np
import pandas as pd
import pytest
from tests.end_to_end.data_root import DataRoot, groups_run

from vn30_training.evaluation.folds import read_split

pytestmark = pytest.mark.slow
KEYS = ["family", "scope", "seed", "symbol", "date"]


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    root = DataRoot(tmp_path_factory.mktemp("walked") / "data")
    finished = root.run("--pipeline=walk_forward")
    assert finished.code == 0, finished.text
    return root, finished


@pytest.fixture(scope="module")
def data(walked):
    return walked[0].path


@pytest.fixture(scope="module")
def splits(data):
    plans = sorted((data / "05_model_input/folds").glob("fold_*.json"))
    return [read_split(json.loads(plan.read_text(encoding="utf-8"))) for plan in plans]


def test_each_date_is_forecast_once_by_the_fold_that_tests_it(data, splits):
    forecasts = pd.read_parquet(data / "07_model_output/walk_forward.parquet")
    assert not forecasts.duplicated(KEYS).any()
    labels = pd.read_parquet(data / "04_feature/labels.parquet")
    for split in splits:
        tested = labels.loc[split.mask(labels, "test"), "date"].unique()
        forecast = forecasts.loc[forecasts["fold"] == split.fold, "date"].unique()
        assert np.array_equal(np.sort(forecast), np.sort(tested))


def test_no_model_saw_what_it_is_tested_on(data, splits):
    labels = pd.read_parquet(data / "04_feature/labels.parquet")
    end_of = labels.groupby("date")["label_end"].max()
    found = 0
    for split in splits:
        for path in sorted((data / f"06_models/folds/fold_{split.fold}").rglob("metadata.json")):
            spans = json.loads(path.read_text(encoding="utf-8"))["spans"]
            assert end_of[spans["train"]["last"]] < pd.Timestamp(spans["valid"]["first"])
            assert end_of[spans["valid"]["last"]] < pd.Timestamp(split.test.first)
            found += 1
    assert found == 28 * len(splits)


def test_the_leaderboard_is_of_the_stitched_series(data):
    board = pd.read_csv(data / "08_reporting/evidence/leaderboard.csv")
    forecasts = pd.read_parquet(data / "07_model_output/walk_forward.parquet")
    known = forecasts[forecasts["y_true"].notna() & forecasts["member"]]
    zero = board.set_index(["family", "scope"]).loc[("zero", "pooled")]
    assert zero["n_days"] == known["date"].nunique()


def test_every_configuration_judged_is_a_trial(data):
    (entry,) = json.loads((data / "08_reporting/trials.json").read_text(encoding="utf-8")).values()
    trials = entry["trials"]
    judged = {(one["family"], one["scope"]) for one in trials}
    assert {("ridge", "pooled"), ("tft", "finetuned"), ("lightgbm", "symbol")} <= judged
    counted = json.loads((data / "08_reporting/trial_count.json").read_text(encoding="utf-8"))
    assert counted["count"] == len(trials) == len(judged)


def test_the_report_is_one_page_that_opens_offline(walked, data):
    report = data / "08_reporting/evaluation_report.html"
    page = report.read_text(encoding="utf-8")
    assert "SIMULATED" in page
    assert not re.search(r'<(script|link|img)[^>]+(src|href)="https?://', page)
    for family in ("ridge", "tft", "reversal_1"):
        assert family in page
    assert str(report) in walked[1].flat


def test_an_unchanged_rerun_runs_nothing_and_a_lost_fold_only_itself(walked):
    root, _ = walked
    again = root.run("--pipeline=walk_forward")
    assert again.code == 0, again.text
    assert groups_run(again) == 0
    before = root.digests()
    (root.path / "07_model_output/folds/fold_2/ridge/FPT.parquet").unlink()
    mended = root.run("--pipeline=walk_forward")
    assert mended.code == 0, mended.text
    assert groups_run(mended) == 1
    assert root.digests() == before
