from __future__ import annotations

import json
import socket
import time

import pytest
from mlflow.tracking import MlflowClient

from vn30_training.datasets import ScoresDataset, tracking

SCORES = {
    "status": "ok",
    "options": {"rate": 0.1, "network": {"hidden": 64}, "features": ["ROC5"]},
    "metrics": {"rank_ic": 0.04, "mae": None, "accuracy": 0.5},
    "fit_seconds": 1.5,
    "curve": [{"epoch": 1}],
}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A brand-new sqlite store, made ready, with an experiment."""
    uri = f"sqlite:///{tmp_path_factory.mktemp('store')}/mlflow.db"
    tracking.prepare(uri)
    client = MlflowClient(tracking_uri=uri)
    return client, client.create_experiment("vn30_training")


@pytest.fixture
def announced(store, monkeypatch):
    """A parent run in that store, announced to this process."""
    client, experiment = store
    for name in (tracking.PARENT_RUN, tracking.EXPERIMENT, tracking.TRACKING_URI):
        monkeypatch.setenv(name, "")
    parent = client.create_run(experiment).info.run_id
    tracking.announce(parent, experiment, client.tracking_uri)
    return client, experiment, parent


def scores(root, scope="VCB"):
    filepath = f"{root}/08_reporting/{scope}.json"
    return ScoresDataset(filepath=filepath, family="tft", scope=scope)


def waiting(root):
    return list((root / ".state/mlflow_spool").glob("*.json"))


def children(client, experiment, parent):
    return client.search_runs([experiment], f"tags.mlflow.parentRunId = '{parent}'")


def test_every_instance_becomes_one_child_run(tmp_path, announced):
    scores(tmp_path).save(SCORES)
    scores(tmp_path, "FPT").save_failure("ValueError: no rows")
    assert tracking.deliver(tmp_path)
    assert not waiting(tmp_path)
    runs = {run.info.run_name: run for run in children(*announced)}
    assert runs.keys() == {"tft.VCB", "tft.FPT"}
    assert runs["tft.VCB"].data.params == {"rate": "0.1", "network.hidden": "64"}
    assert runs["tft.VCB"].data.metrics == {
        "metrics.rank_ic": 0.04,
        "metrics.accuracy": 0.5,
        "fit_seconds": 1.5,
    }
    assert runs["tft.VCB"].info.status == "FINISHED"
    assert runs["tft.FPT"].info.status == "FAILED"


def test_a_record_delivered_twice_is_one_run(tmp_path, announced):
    scores(tmp_path).save(SCORES)
    path = waiting(tmp_path)[0]
    record = path.read_text()
    tracking.deliver(tmp_path)
    path.write_text(record)
    assert tracking.deliver(tmp_path)
    assert len(children(*announced)) == 1


def test_without_a_run_nothing_waits(tmp_path, monkeypatch):
    monkeypatch.delenv(tracking.PARENT_RUN, raising=False)
    scores(tmp_path).save(SCORES)
    assert not waiting(tmp_path)
    assert json.loads((tmp_path / "08_reporting/VCB.json").read_text()) == SCORES


@pytest.mark.parametrize("answers", [False, True])
def test_a_server_that_is_down_delays_by_seconds_and_loses_nothing(
    tmp_path, announced, monkeypatch, answers
):
    """Either nothing listens, or something does that never answers."""
    client, _, _ = announced
    for name in tracking.PATIENCE:
        monkeypatch.delenv(name, raising=False)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        if answers:
            listener.listen()
        uri = f"http://127.0.0.1:{listener.getsockname()[1]}"
        monkeypatch.setenv(tracking.TRACKING_URI, uri)
        scores(tmp_path).save(SCORES)
        start = time.monotonic()
        assert not tracking.deliver(tmp_path)
        assert time.monotonic() - start < 20
    record = json.loads(waiting(tmp_path)[0].read_text())
    record["uri"] = client.tracking_uri
    waiting(tmp_path)[0].write_text(json.dumps(record))
    assert tracking.deliver(tmp_path)
    assert len(children(*announced)) == 1
