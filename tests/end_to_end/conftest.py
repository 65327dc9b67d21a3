"""One finished run of the test environment, shared by all tests of this folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.end_to_end.data_root import DataRoot, Finished, export_market


@dataclass(frozen=True)
class Baseline:
    """A run of everything, as a fresh clone would do it; nobody changes its data."""

    root: DataRoot
    finished: Finished


@pytest.fixture(scope="session")
def baseline(tmp_path_factory: pytest.TempPathFactory) -> Baseline:
    root = DataRoot(tmp_path_factory.mktemp("baseline") / "data")
    finished = root.run()
    assert finished.code == 0, finished.text
    return Baseline(root, finished)


@pytest.fixture(scope="session")
def price_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Price files of the three symbols of the test environment, up to 2025-08-29."""
    folder = tmp_path_factory.mktemp("prices") / "vnd"
    export_market(folder, ("ACB", "FPT", "VNM"))
    return folder
