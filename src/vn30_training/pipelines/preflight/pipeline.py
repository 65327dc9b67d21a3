"""Wiring of the checks before training: one node per family, in a process of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kedro.pipeline import Node

from vn30_training.models.registry import FamilySpec
from vn30_training.models.scope import Scope
from vn30_training.pipelines.preflight import nodes

_TABLES = ("features", "labels", "split")


def create_pipeline(
    families: Mapping[str, FamilySpec], scopes: Mapping[str, Sequence[Scope]]
) -> list[Node]:
    """Return the checks of the tables, of every family, of the machine, and the verdict.

    A family is tried out on its first scope, which is the pooled one if it has that, in the
    namespace ``<family>.<scope>``: instances run in parallel.
    """
    return [
        Node(
            nodes.check_tables,
            inputs=list(_TABLES),
            outputs="preflight_tables",
            name="check_tables",
        ),
        *(_family(name, scopes[name][0]) for name in families),
        Node(
            nodes.gather,
            inputs=["machine", "preflight_tables", *(f"preflight_{name}" for name in families)],
            outputs="preflight",
            name="gather_checks",
        ),
        Node(nodes.refuse, inputs="preflight", outputs=None, name="refuse_or_be_ready"),
    ]


def _family(family: str, scope: Scope) -> Node:
    return Node(
        nodes.check_family,
        inputs=[
            *_TABLES,
            f"params:{family}",
            f"params:instances.{family}",
            "params:universe",
            "params:variant",
        ],
        outputs=f"preflight_{family}",
        name="preflight",
        namespace=f"{family}.{scope}",
    )
