"""Wiring of the checks before training: one node per family, in a process of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kedro.pipeline import Node, Pipeline

from vn30_training.models.registry import FamilySpec
from vn30_training.models.scope import Scope
from vn30_training.pipelines.preflight import nodes

_TABLES = ("features", "labels", "split")


def create_pipeline(
    families: Mapping[str, FamilySpec], scopes: Mapping[str, Sequence[Scope]]
) -> list[Node | Pipeline]:
    """Return the checks of the tables, of every family, of the machine, and the verdict.

    A family is tried out on its first scope, which is the pooled one if it has that, in the
    namespace ``<family>.<scope>``: instances run in parallel.
    """
    first = {name: scopes[name][0] for name in families}
    return [
        Node(
            nodes.check_tables,
            inputs=list(_TABLES),
            outputs="preflight_tables",
            name="check_tables",
        ),
        *(_family(name, scope) for name, scope in first.items()),
        Node(
            nodes.gather,
            inputs=[
                "machine",
                "preflight_tables",
                *(f"{name}.{scope}.preflight" for name, scope in first.items()),
            ],
            outputs="preflight",
            name="gather_checks",
        ),
        Node(nodes.refuse, inputs="preflight", outputs=None, name="refuse_or_be_ready"),
    ]


def _family(family: str, scope: Scope) -> Pipeline:
    node = Node(
        nodes.check_family,
        inputs=[*_TABLES, "params:family", "params:instances", "params:universe", "params:variant"],
        outputs="preflight",
        name="preflight",
    )
    return Pipeline(
        [node],
        namespace=f"{family}.{scope}",
        inputs={name: name for name in _TABLES},
        parameters={
            "params:family": f"params:{family}",
            "params:instances": f"params:instances.{family}",
            "params:universe": "params:universe",
            "params:variant": "params:variant",
        },
    )
