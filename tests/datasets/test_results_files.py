"""Files of checks, trials and boards: what they add to a plain file."""

import json

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
    TrialsDataset,
    tracking,
)


def trial(identity, sharpe=0.1):
    return {"id": identity, "family": "ridge", "scope": "pooled", "sharpe": sharpe}


def test_trials_only_ever_grow(tmp_path):
    log = TrialsDataset(filepath=f"{tmp_path}/08_reporting/trials.json")
    assert log.load() == {}
    log.save({"data": [trial("b"), trial("a")]})
    log.save({"data": [trial("c")], "other": [trial("a")]})
    assert [one["id"] for one in log.load()["data"]] == ["a", "b", "c"]
    assert list(log.load()) == ["data", "other"]
    before = log.content_hash()
    log.save({"data": [trial("a")]})
    assert log.content_hash() == before


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
