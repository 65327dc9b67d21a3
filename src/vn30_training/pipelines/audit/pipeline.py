"""Wiring of the leakage audit: one node per audited instance, in a process of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kedro.pipeline import Node, Pipeline

from vn30_training.models.scope import Scope, first_of_each_kind
from vn30_training.pipelines.audit import nodes

_TABLES = ("panel", "features", "labels", "split")
_PARAMETERS = ("universe", "variant", "features", "audit")


def create_pipeline(families: Mapping[str, Sequence[Scope]]) -> list[Node | Pipeline]:
    """Return the audit of data, splits, recalibration and of every family, and the verdict.

    Of a family its pooled instance is audited, and those of the first symbol: the others run the
    same code on other rows.
    """
    instances = [
        (family, scope)
        for family, scopes in families.items()
        for scope in first_of_each_kind(scopes)
    ]
    return [
        *(_instance(family, scope) for family, scope in instances),
        Node(
            nodes.audit_splits,
            inputs=["labels", "split", "params:walk_forward"],
            outputs="audit_splits",
            name="audit_splits",
        ),
        Node(
            nodes.audit_recalibration,
            inputs=["labels", "params:audit"],
            outputs="audit_recalibration",
            name="audit_recalibration",
        ),
        Node(
            nodes.audit_data,
            inputs=[
                *("prices", "sessions", "members", "params:universe"),
                *("params:label", "params:features", "params:audit"),
            ],
            outputs="audit_data",
            name="audit_data",
        ),
        Node(
            nodes.conclude,
            inputs=[
                *("vintage", "parameters"),
                *("audit_data", "audit_splits", "audit_recalibration"),
                *(f"audit_{family}_{scope}" for family, scope in instances),
            ],
            outputs="audit",
            name="conclude_audit",
        ),
        Node(nodes.refuse_leaks, inputs="audit", outputs=None, name="refuse_leaks"),
    ]


def _instance(family: str, scope: Scope) -> Pipeline:
    shared = {f"params:{name}": f"params:{name}" for name in _PARAMETERS}
    own = {
        "params:family": f"params:{family}",
        "params:instance": f"params:instances.{family}.{scope}",
    }
    node = Node(
        nodes.audit_instance,
        inputs=[*_TABLES, *own, *shared],
        outputs="audit",
        name="audit",
    )
    return Pipeline(
        [node],
        namespace=f"{family}.{scope}",
        inputs={name: name for name in _TABLES},
        outputs={"audit": f"audit_{family}_{scope}"},
        parameters={**own, **shared},
        tags=[scope.symbol] if scope.symbol else [],
    )
