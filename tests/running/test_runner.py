from __future__ import annotations

import pytest
import toy
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Node, Pipeline

from vn30_training.running.failures import InstancesFailed
from vn30_training.running.runner import InstanceRunner


def run(root, workers=0, **changes):
    return InstanceRunner(workers=workers).run(toy.pipeline(), toy.catalog(root, **changes))


def test_worker_processes_and_this_process_give_the_same_bytes(tmp_path):
    run(tmp_path / "here", workers=0)
    run(tmp_path / "workers", workers=2)
    assert toy.contents(tmp_path / "here") == toy.contents(tmp_path / "workers")
    assert len(toy.contents(tmp_path / "here")) == 2 + 4 * 19 + 3 + 1


def test_an_unchanged_rerun_computes_nothing(root, calls):
    run(root)
    assert calls()["gather"] == 3
    before = toy.contents(root)
    run(root)
    assert not calls()
    assert toy.contents(root) == before


def test_a_changed_parameter_recomputes_what_depends_on_it_and_no_more(root, calls):
    run(root)
    calls()
    run(root, ridge={"rate": 2.0})
    assert calls() == {
        "choose_options": 5,
        **{f"fit-ridge.{scope}": 1 for scope in toy.scopes("ridge")},
        "forecast": 5,
        "score": 5,
        "gather": 1,
    }


def test_equal_outputs_of_a_recomputed_node_stop_the_recomputing(root, calls):
    run(root, window=1)
    calls()
    run(root, window=1.0)
    assert calls() == {"make_features": 1}


def test_an_edited_output_is_computed_again(root, calls):
    run(root)
    whole = toy.contents(root)
    calls()
    model = root / "06_models/tft/VCB.json"
    model.write_text(model.read_text().replace("weight", "weigth"))
    run(root)
    assert calls() == {"fit-tft.VCB": 1}
    assert toy.contents(root) == whole


def test_a_deleted_output_is_computed_again(root, calls):
    run(root)
    calls()
    (root / "07_model_output/tft/VCB.parquet").unlink()
    run(root)
    assert calls() == {"forecast": 1}


@pytest.mark.parametrize("workers", [0, 2])
def test_a_failing_instance_is_named_and_stops_only_those_that_start_from_it(root, workers, calls):
    run(root)
    calls()
    with pytest.raises(InstancesFailed) as caught:
        run(root, workers, tft={"trouble": {"VN30": "raise", "FPT": "raise"}})
    reason = "ValueError: no rows to learn from"
    assert caught.value.reasons == {
        "tft.VN30": reason,
        "tft.FPT": reason,
        **{f"tft.{s}_finetuned": "needs tft.VN30, which failed" for s in toy.SYMBOLS},
    }
    assert caught.value.exit_code != 0
    assert not (root / "06_models/tft/VN30.json").exists()
    board = toy.catalog(root).load("board_tft")
    assert list(board["status"]) == ["failed", "ok", "failed", "ok", "ok"] + ["failed"] * 4
    assert list(board["rows"]) == [0, 40, 0, 40, 40, 0, 0, 0, 0]
    assert board["reason"][0] == reason
    assert "Traceback" in (root / ".state/failures/tft.VN30.log").read_text()
    run(root, workers)
    assert calls()["fit-tft.VN30"] == 2


@pytest.mark.parametrize("workers", [0, 2])
def test_an_instance_with_nothing_to_do_is_skipped_and_the_run_succeeds(root, workers):
    run(root, workers, tft={"trouble": {"VN30": "skip", "FPT": "skip"}})
    board = toy.catalog(root).load("board_tft")
    assert list(board["status"]) == ["skipped", "ok", "skipped", "ok", "ok"] + ["skipped"] * 4
    assert board["reason"][0] == "NothingToDoError: listed yesterday"
    assert board["reason"].iloc[-1] == "needs tft.VN30, which was skipped"
    assert not (root / ".state/failures/tft.VN30.log").exists()


def test_a_dying_worker_takes_only_its_own_instance_with_it(root):
    with pytest.raises(InstancesFailed) as caught:
        run(root, 2, ridge={"trouble": {"ACB": "die", "VNM": "die"}})
    assert caught.value.reasons.keys() == {"ridge.ACB", "ridge.VNM"}
    assert "signal 9" in caught.value.reasons["ridge.ACB"]
    assert list(toy.catalog(root).load("board_ridge")["status"]).count("ok") == 3


def test_a_failing_node_cuts_off_what_needs_it_and_leaves_earlier_results(root):
    run(root)
    before = toy.contents(root)
    with pytest.raises(InstancesFailed) as caught:
        run(root, window="wide")
    assert caught.value.reasons.keys() == {"make_features"}
    assert "23" in str(caught.value)
    assert toy.contents(root) == before


def test_reading_what_the_last_run_wrote_is_no_reason_to_run_again(root):
    of, filepath = "vn30_training.datasets.", f"{root}/02_intermediate/vintage.json"
    entries = {
        "previous": {"type": f"{of}PreviousJSONDataset", "filepath": filepath},
        "vintage": {"type": f"{of}JSONDataset", "filepath": filepath},
    }
    pipeline = Pipeline([Node(toy.count_up, "previous", "vintage", name="count_up")])
    for _ in range(3):
        catalog = DataCatalog.from_config(entries)
        InstanceRunner(workers=0).run(pipeline, catalog)
        assert catalog.load("vintage") == {"runs": 1}


def test_what_leaves_an_instance_must_be_stored(root):
    kept_in_memory = toy.catalog(root)
    kept_in_memory["naive.VCB.forecast"] = MemoryDataset()
    with pytest.raises(ValueError, match=r"'naive.VCB.forecast' leaves the instance naive.VCB"):
        InstanceRunner(workers=0).run(toy.pipeline(), kept_in_memory)
