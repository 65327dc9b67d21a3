"""Commands of this project, run as a user runs them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]


def kedro(*arguments: str, before: str = "") -> list[str]:
    """Return the command line of ``kedro <arguments>``, with Python code to run before it."""
    code = f"{before}\nfrom kedro.framework.cli.cli import main; main()"
    return [sys.executable, "-c", code, *arguments]


def environment(data: Path | None = None) -> dict[str, str]:
    """Return an environment that keeps results and tracking below ``data``."""
    kept = {key: value for key, value in os.environ.items() if not key.endswith("_NUM_THREADS")}
    if data is None:
        return kept
    return {
        **kept,
        "VN30_DATA": str(data),
        "MLFLOW_TRACKING_URI": f"sqlite:///{data / 'tracking.db'}",
    }


def call(command: list[str], data: Path | None = None) -> str:
    """Run a command in the project's folder; return what it prints."""
    done = subprocess.run(
        command, cwd=PROJECT, env=environment(data), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout
