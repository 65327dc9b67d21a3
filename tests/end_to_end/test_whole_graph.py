"""What `kedro run` leaves for a user, after one run of the test environment."""

import json
import re

import mlflow
import pandas as pd
import pytest

from vn30_training.files import verify_manifest
from vn30_training.models.forecaster import FORECAST_COLUMNS

SYMBOLS = ("ACB", "FPT", "VNM")
NAIVE = ("ewma", "majority", "momentum_12_1", "reversal_1", "reversal_5", "zero")
SCOPES = {
    **dict.fromkeys(NAIVE, ("pooled",)),
    "lightgbm": ("pooled", "symbol"),
    "ridge": ("pooled", "symbol"),
    "lstm": ("finetuned", "pooled", "symbol"),
    "tft": ("finetuned", "pooled", "symbol"),
}
BETWEEN = {"pooled": [""], "symbol": SYMBOLS, "finetuned": SYMBOLS}
FOLDER = {"pooled": "pooled", "symbol": "symbols", "finetuned": "finetuned"}
INSTANCES = {
    f"{family}.{symbol or 'VN30'}{'_finetuned' if scope == 'finetuned' else ''}": (
        f"{FOLDER[scope]}/{symbol}/{family}".replace("//", "/")
    )
    for family, scopes in SCOPES.items()
    for scope in scopes
    for symbol in BETWEEN[scope]
}


@pytest.fixture(scope="module")
def data(baseline):
    return baseline.root.path


def test_the_summary_names_every_family_and_where_the_report_is(baseline, data):
    text = baseline.finished.text
    for family in SCOPES:
        assert re.search(rf"^{family}\s", text, re.MULTILINE), family
    assert str(data / "08_reporting/report.html") in baseline.finished.flat
    assert "SIMULATED" in text
    assert "Took" in text
    assert not re.search(r"warning|deprecat|Traceback", text, re.IGNORECASE), text


def test_the_leaderboard_has_a_row_per_family_and_scope_in_both_formats(data):
    board = pd.read_parquet(data / "08_reporting/leaderboard.parquet")
    expected = sorted((family, scope) for family, scopes in SCOPES.items() for scope in scopes)
    assert sorted(zip(board["family"], board["scope"], strict=True)) == expected
    as_csv = pd.read_csv(data / "08_reporting/leaderboard.csv", float_precision="round_trip")
    pd.testing.assert_frame_equal(as_csv, board, check_dtype=False)
    assert (board["n_ok"] + board["n_degenerate"] > 0).all()
    assert (board["n_failed"] == 0).all()


def test_forecasts_are_tidy_and_out_of_sample(data):
    forecasts = pd.read_parquet(data / "07_model_output/forecasts.parquet")
    assert tuple(forecasts.columns) == FORECAST_COLUMNS
    split = json.loads((data / "05_model_input/split.json").read_text())
    labels = pd.read_parquet(data / "04_feature/labels.parquet")
    assert set(forecasts["symbol"]) == set(SYMBOLS)
    assert (forecasts["date"] < forecasts["trade_date"]).all()
    assert (forecasts["trade_date"] < forecasts["label_end"]).all()
    learned = labels[labels["date"] <= pd.Timestamp(split["valid"]["last"])]
    assert forecasts["date"].min() > learned["label_end"].max()
    assert not forecasts.duplicated(["date", "symbol", "family", "scope", "seed"]).any()
    levels = forecasts[["q05", "q10", "q25", "q50", "q75", "q90", "q95"]].to_numpy()
    assert (levels[:, 1:] >= levels[:, :-1]).all()
    assert forecasts["p_up"].between(0, 1).all()


def test_each_task_has_its_own_table(data):
    rows = len(pd.read_parquet(data / "07_model_output/forecasts.parquet"))
    for task, column in {"return": "y_pred", "direction": "p_up", "quantiles": "q50"}.items():
        table = pd.read_csv(data / f"07_model_output/{task}.csv")
        assert len(table) == rows
        assert table[column].notna().all()


@pytest.mark.parametrize("page", ["report.html", "data_quality.html"])
def test_pages_load_nothing_from_anywhere_and_are_stamped(data, page):
    html = (data / "08_reporting" / page).read_text(encoding="utf-8")
    assert not re.search(r"<(?:script|img|iframe|link)[^>]*(?:src|href)\s*=", html)
    assert not re.search(r"@import|url\(\s*['\"]?https?:", html)
    assert "SIMULATED" in html


def test_every_instance_has_a_whole_model_in_its_place(data):
    models = data / "06_models"
    found = {path.parent.relative_to(models).as_posix() for path in models.rglob("manifest.json")}
    assert found == set(INSTANCES.values())
    for folder in found:
        verify_manifest(models / folder)
    assert not [path for path in models.rglob("*") if path.suffix in (".pkl", ".pt", ".joblib")]


def test_nothing_unfinished_is_left(data):
    assert not [path for path in data.rglob("*") if path.name.startswith((".unfinished", ".tmp"))]
    assert not list((data / ".state/mlflow_spool").glob("*"))


def test_tracking_has_one_parent_and_one_child_per_instance_with_options_and_metrics(baseline):
    client = mlflow.MlflowClient(tracking_uri=baseline.root.tracking)
    (experiment,) = [e for e in client.search_experiments() if e.name == "vn30_training"]
    runs = client.search_runs([experiment.experiment_id])
    parents = [run for run in runs if "mlflow.parentRunId" not in run.data.tags]
    assert len(parents) == 1
    assert parents[0].info.status == "FINISHED"
    children = {run.info.run_name: run for run in runs if run is not parents[0]}
    assert children.keys() == INSTANCES.keys()
    assert len(children) == len(runs) - 1
    for name, run in children.items():
        assert run.data.tags["mlflow.parentRunId"] == parents[0].info.run_id
        assert run.data.params["family"] == name.split(".")[0]
        assert "metrics.mae" in run.data.metrics, name
        assert run.info.status == "FINISHED"
    assert children["tft.VN30"].data.params["options.epochs"] == "2"
    assert children["lightgbm.FPT"].data.params["options.n_estimators"] == "20"
