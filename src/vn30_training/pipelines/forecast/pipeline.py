"""Wiring of the next session's forecasts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kedro.pipeline import Node, Pipeline

from vn30_training.models.scope import Scope
from vn30_training.pipelines.forecast import nodes

_SHARED = ("features", "labels", "sessions", "as_of")


def create_pipeline(families: Mapping[str, Sequence[Scope]]) -> list[Node | Pipeline]:
    """Return one node per instance, between the check that may refuse and the table of all."""
    return [
        *released(families),
        *(_gather(family, scopes) for family, scopes in families.items()),
        Node(
            nodes.collect_next,
            inputs=["prices", "sessions", *(f"next_{family}" for family in families)],
            outputs="next_session",
            name="collect_next",
        ),
    ]


def released(families: Mapping[str, Sequence[Scope]]) -> list[Node | Pipeline]:
    """Return the check that may refuse, and the instances that forecast after it."""
    return [
        Node(
            nodes.refuse_or_release,
            inputs=["prices", "sessions", "quality", "trained_vintage", "clock", "params:forecast"],
            outputs="as_of",
            name="refuse_or_release",
        ),
        *(_instance(family, scope) for family, scopes in families.items() for scope in scopes),
    ]


def _gather(family: str, scopes: Sequence[Scope]) -> Node:
    return Node(
        nodes.gather_next,
        inputs=[f"{family}.{scope}.next" for scope in scopes],
        outputs=f"next_{family}",
        name="gather_next",
        namespace=family,
    )


def _instance(family: str, scope: Scope) -> Pipeline:
    node = Node(
        nodes.forecast_next,
        inputs=["model", *_SHARED, "params:forecast"],
        outputs="next",
        name="forecast_next",
    )
    return Pipeline(
        [node],
        namespace=f"{family}.{scope}",
        inputs={**{name: name for name in _SHARED}, "model": f"{family}.{scope}.model"},
        parameters={"params:forecast": "params:forecast"},
        tags=[scope.symbol] if scope.symbol else [],
    )
