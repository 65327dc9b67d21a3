"""Imports run one way, and domain packages know neither kedro nor mlflow."""

import subprocess
import sys
from pathlib import Path

from tests.configuration import REPOSITORY


def test_import_contracts_hold():
    command = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([command, "--no-cache"], cwd=REPOSITORY, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout
