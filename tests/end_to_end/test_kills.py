"""A run killed at any moment leaves nothing torn, and its reruns end where an unbroken run ends."""

import json
import os
import random
import shutil
import signal
import time

import pyarrow.parquet as pq
import pytest
from tests.end_to_end.data_root import PATIENCE, DataRoot

from vn30_training.files import verify_manifest

KILLS = 12
LONGEST = 2.5


def wait_until_at_work(root, process):
    """Wait until the run holds the lock of its data root; return whether it still runs then."""
    holder = root.path / ".state/holder.json"
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        if holder.is_file() and f'"pid": {process.pid}' in holder.read_text():
            return True
        time.sleep(0.02)
    return False


def kill_after(root, seconds):
    """Run until some seconds into the work, then kill every process; return whether one was."""
    process = root.start()
    working = wait_until_at_work(root, process)
    if working:
        time.sleep(seconds)
    killed = process.poll() is None
    if killed:
        os.killpg(process.pid, signal.SIGKILL)
    text, _ = process.communicate(timeout=PATIENCE)
    assert killed or process.returncode == 0, text
    return killed


def assert_nothing_torn(root):
    """Check that every output under its own name can be read to the end."""
    files = [
        path
        for path in root.path.glob("0*/**/*")
        if path.is_file() and not any(part.startswith(".") for part in path.parts[-4:])
    ]
    for path in files:
        if path.name == "manifest.json":
            verify_manifest(path.parent)
        elif path.suffix == ".json":
            json.loads(path.read_text(encoding="utf-8"))
        elif path.suffix == ".parquet":
            pq.read_table(path, page_checksum_verification=True)
        elif path.suffix == ".html":
            assert path.read_text(encoding="utf-8").rstrip().endswith("</html>"), path
    weights = {path for path in files if path.name in ("weights.safetensors", "model.txt")}
    assert all((path.parents[1] / "manifest.json").is_file() for path in weights)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_kills_leave_what_an_unbroken_run_leaves(baseline, tmp_path):
    moments = random.Random(KILLS)
    root, kills = DataRoot(tmp_path / "data"), 0
    whole = baseline.root.digests()
    while kills < KILLS:
        if kill_after(root, moments.uniform(0, LONGEST)):
            kills += 1
            assert_nothing_torn(root)
        else:
            assert root.digests() == whole
            shutil.rmtree(root.path)
    finished = root.run()
    assert finished.code == 0, finished.text
    assert_nothing_torn(root)
    assert root.digests() == whole
