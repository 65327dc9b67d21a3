from __future__ import annotations

import sys
from pathlib import Path

import pytest
import toy

from vn30_training.running.failures import InstancesFailed
from vn30_training.running.ray_runner import RayRunner
from vn30_training.running.runner import InstanceRunner


@pytest.mark.slow
def test_ray_gives_the_same_bytes_and_the_same_failures(tmp_path, monkeypatch):
    pytest.importorskip("ray")
    monkeypatch.setenv("PYTHONPATH", str(Path(toy.__file__).parent))
    here, there = tmp_path / "here", tmp_path / "there"
    InstanceRunner(0).run(toy.pipeline(), toy.catalog(here))
    RayRunner().run(toy.pipeline(), toy.catalog(there))
    assert toy.contents(there) == toy.contents(here)
    trouble = {"ridge": {"trouble": {"ACB": "die", "VCB": "raise"}}}
    with pytest.raises(InstancesFailed) as caught:
        RayRunner(num_cpus=0.5, workers=2).run(toy.pipeline(), toy.catalog(there, **trouble))
    assert caught.value.reasons == {
        "ridge.ACB": "its Ray task was lost (WorkerCrashedError)",
        "ridge.VCB": "ValueError: no rows to learn from",
    }


def test_without_ray_the_extra_is_named(root, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ImportError, match=r"vn30-training\[ray\]"):
        RayRunner().run(toy.pipeline(), toy.catalog(root))
