"""A data root, and a count of the calls of nodes."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Counter[str]]:
    """Return a function that says how often each node was called since it was last asked."""
    folder = tmp_path / "calls"
    folder.mkdir()
    monkeypatch.setenv("TOY_CALLS", str(folder))

    def count() -> Counter[str]:
        paths = list(folder.iterdir())
        for path in paths:
            path.unlink()
        return Counter(path.name.rsplit("-", 2)[0] for path in paths)

    return count
