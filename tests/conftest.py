"""What every test may use."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes says how busy the machine is.
settings.register_profile("project", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("project")

REPOSITORY = Path(__file__).resolve().parents[1]


def _beside(name: str, variable: str) -> Path:
    return Path(os.environ.get(variable, REPOSITORY.parent / "shared" / name))


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real prices; the test is skipped where there is none."""
    folder = _beside("data/vn30", "VN30_REAL_DATA")
    if not folder.is_dir():
        pytest.skip(f"no real prices at {folder} (set VN30_REAL_DATA)")
    return folder


@pytest.fixture(scope="session")
def reference() -> Path:
    """The folder of golden files of the peer; the test is skipped where there is none."""
    folder = _beside("reference", "VN30_REFERENCE")
    if not folder.is_dir():
        pytest.skip(f"no golden files at {folder} (set VN30_REFERENCE)")
    return folder
