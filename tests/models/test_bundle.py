"""A saved instance is whole or not there, whatever stops its writing."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from vn30_training.files import ArtefactError, write_manifest
from vn30_training.files.atomic import TEMPORARY_PREFIX
from vn30_training.models import bundle
from vn30_training.models.naive import Majority

TABLES = {name: pd.DataFrame({"seed": [0], "x": [0.1 + 0.2]}) for name in bundle.TABLES}


def rule(score: float) -> Majority:
    return Majority({"share_up": 0.5, "score": score, "quantiles": [0.0] * 7})


def documents() -> dict[str, object]:
    options = {"path": "vn30_training.models.naive:Majority", "seeds": [0]}
    return {"metadata": {"options": options}, "processors": {}, "calibration": {}}


def write(folder: Path, score: float) -> None:
    bundle.write(folder, {0: rule(score)}, documents(), TABLES)


def score_in(folder: Path) -> float:
    model = bundle.read(folder).models[0]
    assert isinstance(model, Majority)
    return float(model.numbers["score"])


def test_what_is_read_is_what_was_written(tmp_path: Path) -> None:
    write(tmp_path / "m", 0.1)
    read = bundle.read(tmp_path / "m")
    assert score_in(tmp_path / "m") == 0.1
    assert read.documents == documents()
    for name in bundle.TABLES:
        pd.testing.assert_frame_equal(read.tables[name], TABLES[name], check_exact=True)


def test_a_new_version_replaces_the_old_one_and_leaves_nothing_beside(tmp_path: Path) -> None:
    for score in (0.1, 0.2):
        write(tmp_path / "m", score)
        assert score_in(tmp_path / "m") == score
    assert [path.name for path in tmp_path.iterdir()] == ["m"]


def test_a_failing_write_leaves_the_old_version(tmp_path: Path) -> None:
    class Failing(Majority):
        def save(self, folder: Path) -> None:
            raise OSError("No space left on device")

    write(tmp_path / "m", 0.1)
    with pytest.raises(OSError, match="No space left"):
        bundle.write(tmp_path / "m", {0: Failing({})}, documents(), TABLES)
    assert score_in(tmp_path / "m") == 0.1
    assert [path.name for path in tmp_path.iterdir()] == ["m"]


def test_a_folder_without_a_manifest_is_unfinished(tmp_path: Path) -> None:
    write(tmp_path / "m", 0.1)
    (tmp_path / "m" / "manifest.json").unlink()
    with pytest.raises(ArtefactError, match="never finished"):
        bundle.read(tmp_path / "m")


WRITE_FOR_EVER = """
import sys
from pathlib import Path
from tests.models.test_bundle import write
for score in range(1, 10**9):
    write(Path(sys.argv[1]) / "m", score / 1000)
    print("written", flush=True)
"""
KILLS = 5


def test_a_killed_writer_leaves_nothing_torn(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    missing = 0
    for _ in range(KILLS):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITE_FOR_EVER, str(tmp_path)],
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
        )
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(float(rng.uniform(0.01, 0.1)))
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        if (tmp_path / "m").exists():
            assert score_in(tmp_path / "m") > 0
        else:
            missing += 1
    assert missing < KILLS
    write(tmp_path / "m", 0.5)
    left = {path.name for path in tmp_path.iterdir()} - {"m"}
    assert all(name.startswith(TEMPORARY_PREFIX) for name in left)  # a run sweeps them away


def test_numbers_that_json_lacks_become_null(tmp_path: Path) -> None:
    value = {"a": [float("nan"), 1.5, (float("inf"),)], 3: {"b": -float("inf"), "c": None}}
    clean = bundle.without_nan(value)
    assert clean == {"a": [None, 1.5, [None]], "3": {"b": None, "c": None}}
    assert json.loads(json.dumps(clean, allow_nan=False)) == clean


def test_a_class_that_is_no_family_is_not_loaded(tmp_path: Path) -> None:
    write(tmp_path / "m", 0.1)
    text = json.dumps({"options": {"path": "json:JSONDecoder", "seeds": [0]}})
    (tmp_path / "m" / "metadata.json").write_text(text)
    write_manifest(tmp_path / "m")
    with pytest.raises(ValueError, match="not a subclass of Family"):
        bundle.read(tmp_path / "m")
