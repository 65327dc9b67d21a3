"""Listing pipelines loads no library that only running them needs."""

import subprocess
import sys

from tests.configuration import REPOSITORY

HEAVY = (
    *("torch", "lightgbm", "pytorch_forecasting", "mlflow", "plotly", "arch", "statsmodels"),
    *("sklearn", "numba", "scipy", "scoringrules", "ray", "optuna", "safetensors"),
)
LIST = """
import sys
from pathlib import Path
from kedro.framework.startup import bootstrap_project
bootstrap_project(Path.cwd())
from vn30_training.pipeline_registry import register_pipelines
assert len(register_pipelines()["baseline"].nodes) > 700
print(sorted({name.split(".")[0] for name in sys.modules}))
"""


def test_the_registry_loads_no_heavy_library():
    done = subprocess.run(
        [sys.executable, "-c", LIST], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    loaded = set(eval(done.stdout.splitlines()[-1]))
    assert loaded & set(HEAVY) == set()
    assert "vn30_training" in loaded


def test_listing_pipelines_warns_of_nothing():
    done = subprocess.run(
        [sys.executable, "-m", "kedro", "registry", "list"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "- lightgbm" in done.stdout
    said = (done.stdout + done.stderr).lower()
    assert "warn" not in said
    assert "deprecated" not in said
