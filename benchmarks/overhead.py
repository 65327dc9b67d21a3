"""What kedro adds to 3,000 nodes that do nothing: our runner and hook against stock kedro."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Node, Pipeline
from kedro.runner import SequentialRunner

from benchmarks.contest import Claim, Contest, Settings
from vn30_training.hooks import PipelineCacheHooks
from vn30_training.running.runner import InstanceRunner

NODES_EACH = 5


def contests(settings: Settings) -> Iterator[Contest]:
    """Yield the contest on instances of five nodes, all in memory and in this process."""
    instances = 20 if settings.quick else 600
    pipeline = make_pipeline(instances)
    results = our_run(pipeline)
    assert len(results) == instances
    assert set(results.values()) == {"done"}
    assert results == stock_run(pipeline)
    yield Contest(
        work=f"kedro's overhead, {NODES_EACH * instances} nodes, wall",
        equality="same outputs",
        runs={
            "kedro's SequentialRunner": lambda: stock_run(pipeline),
            "our runner and hook": lambda: our_run(pipeline),
        },
        claims=(Claim("our runner and hook", "kedro's SequentialRunner", limit=5),),
        repeats=2 if settings.quick else 5,
    )


def make_pipeline(instances: int) -> Pipeline:
    """Return chains of nodes that hand a word on, one chain per instance."""
    return Pipeline([node for number in range(instances) for node in _chain(number)])


def _chain(number: int) -> list[Node]:
    namespace = f"family.S{number:03d}"
    names = ["word", *(f"{namespace}.step{step}" for step in range(NODES_EACH))]
    return [
        Node(hand_on, names[step], names[step + 1], name=f"hand_on{step}", namespace=namespace)
        for step in range(NODES_EACH)
    ]


def hand_on(word: str) -> str:
    return word


def stock_run(pipeline: Pipeline) -> dict[str, Any]:
    """Run as kedro does by default."""
    return _loaded(SequentialRunner().run(pipeline, _catalog()))


def our_run(pipeline: Pipeline) -> dict[str, Any]:
    """Run as this project does, with the answers of a copy of the pipeline kept."""
    kept = copy.copy(pipeline)
    PipelineCacheHooks().before_pipeline_run(kept)
    return _loaded(InstanceRunner(workers=0).run(kept, _catalog()))


def _catalog() -> DataCatalog:
    return DataCatalog({"word": MemoryDataset("done")})


def _loaded(outputs: dict[str, Any]) -> dict[str, Any]:
    return {name: output.load() for name, output in outputs.items()}
