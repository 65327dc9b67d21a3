"""The notebook and the README's commands do what they say."""

import re
import shlex
import subprocess
import sys

import nbformat
import pytest
from nbclient import NotebookClient
from tests.configuration import REPOSITORY
from tests.end_to_end.data_root import PATIENCE

TESTED = re.compile(r"<!-- tested -->\n+```\w*\n(.*?)```", re.DOTALL)


def readme_commands():
    """Return the `kedro` lines of the README's fences that are marked as tested."""
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    lines = [line for fence in TESTED.findall(text) for line in fence.splitlines()]
    return [line for line in lines if line.startswith("kedro ")]


@pytest.mark.slow
def test_the_first_notebook_runs_on_a_finished_project(baseline):
    path = REPOSITORY / "notebooks/first_look.ipynb"
    notebook = nbformat.read(path, as_version=4)
    place = {"metadata": {"path": str(path.parent)}}
    client = NotebookClient(notebook, timeout=PATIENCE, kernel_name="python3", resources=place)
    client.execute(env=baseline.root.environment(KEDRO_ENV="test"))
    shown = str([cell.get("outputs") for cell in notebook.cells])
    assert "increment_over_reversal" in shown
    assert "lightgbm" in shown
    assert "'output_type': 'error'" not in shown


@pytest.mark.slow
def test_the_readmes_commands_run(baseline, tmp_path):
    root = baseline.root.copy(tmp_path / "data")
    commands = readme_commands()
    assert len(commands) >= 6
    for command in commands:
        done = subprocess.run(
            [sys.executable, "-m", *shlex.split(command)],
            cwd=REPOSITORY,
            env=root.environment(KEDRO_ENV="test"),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
