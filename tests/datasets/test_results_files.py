"""Files of checks, trials and boards: what they add to a plain file."""

import json
import multiprocessing

import pandas as pd
import pytest
from kedro.io import DatasetError

from vn30_training.datasets import (
    ChecksDataset,
    JSONDataset,
    MachineDataset,
    OptionalJSONDataset,
    ScoresDataset,
    TrackedFrameDataset,
    TrialDataset,
    TrialsDataset,
    tracking,
)


def trial(identity, sharpe=0.1):
    names = {"id": identity, "family": "ridge", "scope": "pooled"}
    return {**names, "sharpe": sharpe, "rank_ic": 0.02, "n_days": 250}


def entry(*identities):
    return {"kind": "signals", "data": {}, "trials": [trial(one) for one in identities]}


def test_trials_only_ever_grow(tmp_path):
    log = TrialsDataset(filepath=f"{tmp_path}/08_reporting/trials.json")
    assert log.load() == {}
    log.save({"data": entry("b", "a")})
    log.save({"data": entry("c"), "other": entry("a")})
    assert [one["id"] for one in log.load()["data"]["trials"]] == ["a", "b", "c"]
    assert list(log.load()) == ["data", "other"]
    before = log.path.stat().st_mtime_ns
    log.save({"data": entry("a")})
    assert log.path.stat().st_mtime_ns == before
    log.discard()
    assert len(log.load()) == 2


def test_a_log_of_plain_lists_is_read_and_added_to(tmp_path):
    log = TrialsDataset(filepath=f"{tmp_path}/08_reporting/trials.json")
    JSONDataset(filepath=str(log.path)).save({"9f": [trial("a")], "9f.backtests": [trial("b")]})
    assert [one["kind"] for one in log.load().values()] == ["signals", "backtests"]
    log.save({"new": entry("c")})
    assert {name: one["trials"][0]["id"] for name, one in log.load().items()} == {
        **{"9f": "a", "9f.backtests": "b", "new": "c"}
    }


def test_an_instance_has_logged_whatever_others_add(tmp_path):
    filepath = f"{tmp_path}/08_reporting/trials.json"
    own, other = TrialDataset(filepath=filepath), TrialDataset(filepath=filepath)
    assert not own.exists()
    with pytest.raises(FileNotFoundError):
        own.content_hash()
    own.save({"data": entry("a")})
    before = own.content_hash()
    other.save({"data": entry("b")})
    assert own.content_hash() == before
    assert (own.load(), own.files(), own.referring_text()) == (True, [], "")
    assert own.exists()
    own.discard()
    assert len(TrialsDataset(filepath=filepath).load()["data"]["trials"]) == 2


def add_trials(filepath, worker):
    log = TrialDataset(filepath=filepath)
    for number in range(8):
        log.save({"data": entry(f"{worker}-{number}")})


def test_processes_that_log_at_once_lose_nothing(tmp_path):
    filepath = f"{tmp_path}/08_reporting/trials.json"
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=add_trials, args=(filepath, one)) for one in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(TrialsDataset(filepath=filepath).load()["data"]["trials"]) == 32


def test_what_another_pipeline_wrote_is_read_if_it_is_there(tmp_path):
    filepath = f"{tmp_path}/08_reporting/audit.json"
    known = OptionalJSONDataset(filepath=filepath)
    assert known.exists()
    assert known.load() is None
    assert (known.content_hash(), known.files()) == ("missing", [])
    JSONDataset(filepath=filepath).save({"verdict": "clean"})
    assert known.load() == {"verdict": "clean"}
    assert known.files() == [known.path]
    assert known.content_hash() != "missing"
    with pytest.raises(DatasetError, match="only read"):
        known.save({})


@pytest.mark.parametrize("checks", [[{"check": "future"}], {"status": "ok", "checks": []}])
def test_checks_that_broke_off_say_so(tmp_path, checks):
    dataset = ChecksDataset(filepath=f"{tmp_path}/08_reporting/x.json", name="tft.VN30")
    assert not dataset.exists()
    dataset.save(checks)
    assert dataset.exists()
    dataset.save_failure("MemoryError: no message")
    assert not dataset.exists()
    assert dataset.load() == {
        "name": "tft.VN30",
        "status": "failed",
        "reason": "MemoryError: no message",
    }


def test_the_machine_is_looked_at_and_never_up_to_date(tmp_path):
    machine = MachineDataset(folder=f"{tmp_path}/not/there/yet")
    assert machine.load().disk > 0
    assert machine.load().workers >= 1
    assert not hasattr(machine, "content_hash")
    with pytest.raises(DatasetError, match="only looked at"):
        machine.save(machine.load())


def spooled(root):
    paths = sorted((root / ".state/mlflow_spool").glob("*.json"))
    return [json.loads(path.read_text(encoding="utf-8")) for path in paths]


@pytest.fixture
def _announced(monkeypatch):
    for name in (tracking.PARENT_RUN, tracking.EXPERIMENT, tracking.TRACKING_URI):
        monkeypatch.setenv(name, "x")


@pytest.mark.usefixtures("_announced")
def test_every_row_of_a_board_is_handed_over_with_its_numbers(tmp_path):
    board = pd.DataFrame(
        {
            "family": ["ridge", "zero"],
            "scope": ["symbol", "pooled"],
            "rank_ic": [0.02, float("nan")],
            "n_days": [100, 100],
            "ranked": [True, False],
            "verdict": ["no better than reversal", ""],
        }
    )
    filepath = f"{tmp_path}/08_reporting/board.parquet"
    dataset = TrackedFrameDataset(filepath=filepath, names=["family", "scope"])
    dataset.save(board)
    pd.testing.assert_frame_equal(dataset.load(), board)
    records = {record["name"]: record["metrics"] for record in spooled(tmp_path)}
    assert records == {
        "ridge.symbol": {"rank_ic": 0.02, "n_days": 100.0},
        "zero.pooled": {"n_days": 100.0},
    }


@pytest.mark.usefixtures("_announced")
def test_folds_make_no_child_runs_and_say_which_they_are(tmp_path):
    filepath = f"{tmp_path}/08_reporting/x.json"
    dataset = ScoresDataset(filepath=filepath, family="tft", scope="FPT_finetuned", fold="fold_3")
    dataset.save({"status": "ok"})
    dataset.save_failure("too few rows", "skipped")
    assert spooled(tmp_path) == []
    assert dataset.load() == {
        "family": "tft",
        "scope": "finetuned",
        "symbol": "FPT",
        "fold": 3,
        "name": "tft.FPT_finetuned.fold_3",
        "status": "skipped",
        "reason": "too few rows",
    }
