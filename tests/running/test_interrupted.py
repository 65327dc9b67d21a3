from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest
import toy

from vn30_training.running.lock import RunLockedError, run_lock
from vn30_training.running.runner import InstanceRunner

SCRIPT = Path(__file__).with_name("toy_run.py")
PAUSE = 0.05


def start(root, workers=2, pause=PAUSE):
    """Begin a run that heeds the interrupt key, which a shell's background jobs do not."""
    command = [sys.executable, str(SCRIPT), str(root), str(workers)]
    environment = {**os.environ, "TOY_PAUSE": str(pause)}
    heeding = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    return subprocess.Popen(
        command,
        start_new_session=True,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        preexec_fn=heeding,
    )


def wait_for(condition, seconds=60):
    limit = time.monotonic() + seconds
    while not condition() and time.monotonic() < limit:
        time.sleep(0.005)
    assert condition()


def is_running(root):
    return (root / ".state/holder.json").exists()


def session_is_empty(leader):
    try:
        os.killpg(leader, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory):
    root = tmp_path_factory.mktemp("unbroken") / "data"
    assert start(root).wait() == 0
    return toy.contents(root)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_runs_killed_four_times_resume_to_the_bytes_of_an_unbroken_one(tmp_path, unbroken, seed):
    root, randomness = tmp_path / "data", random.Random(seed)
    for _ in range(4):
        process = start(root)
        wait_for(lambda: is_running(root))
        time.sleep(randomness.uniform(0, 1.0))
        process.kill()
        process.wait()
        wait_for(partial(session_is_empty, process.pid))
        (root / ".state/holder.json").unlink(missing_ok=True)
    assert start(root).wait() == 0
    assert toy.contents(root) == unbroken


def test_the_interrupt_key_stops_all_processes_and_tears_nothing(tmp_path, unbroken):
    root = tmp_path / "data"
    process = start(root, pause=1.0)
    wait_for((root / "07_model_output").exists)
    os.killpg(process.pid, signal.SIGINT)
    _, told = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "run it again to go on" in told
    assert "Traceback" not in told
    wait_for(lambda: session_is_empty(process.pid))
    assert not list(root.rglob(".partial-*"))
    kept = toy.contents(root)
    assert kept.items() <= unbroken.items()
    assert start(root).wait() == 0
    assert toy.contents(root) == unbroken


def test_a_second_run_on_the_same_data_is_refused_in_one_line(root):
    with (
        run_lock(root, root / ".state"),
        pytest.raises(RunLockedError, match=rf"another run \(process {os.getpid()}, since \d"),
    ):
        InstanceRunner(0).run(toy.pipeline(), toy.catalog(root))
    InstanceRunner(0).run(toy.pipeline(), toy.catalog(root))


def test_what_a_killed_write_left_is_swept_at_the_start(root):
    (root / "06_models/.partial-abc").mkdir(parents=True)
    (root / "06_models/.partial-abc/weights").touch()
    (root / ".partial-x.parquet").touch()
    InstanceRunner(0).run(toy.pipeline(), toy.catalog(root))
    assert not list(root.rglob(".partial-*"))
