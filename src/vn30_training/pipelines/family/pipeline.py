"""Wiring of a model family: one base pipeline, instantiated for every scope."""

from __future__ import annotations

from collections.abc import Sequence

from kedro.pipeline import Node, Pipeline

from vn30_training.models.registry import FamilySpec
from vn30_training.models.scope import Scope
from vn30_training.pipelines.family import nodes, trials

_SHARED = {"features", "labels", "split", "setting", "vintage"}


def create_pipeline(family: FamilySpec, scopes: Sequence[Scope]) -> list[Node | Pipeline]:
    """Return the instances of a family, one namespace ``<family>.<scope>`` each, and its board.

    The parts are disjoint and meant for one ``Pipeline([...])`` call with those of all families:
    summing thousands of nodes pipeline by pipeline takes kedro many times longer.
    """
    parts: list[Node | Pipeline] = [_instance(family.name, scope) for scope in scopes]
    # Two nodes: in one, scores would come before forecasts, and kedro-viz could draw no layers.
    gathered = (
        ("scores", "board", nodes.gather_scores),
        ("forecast", "forecasts", nodes.gather_forecasts),
    )
    parts += [
        Node(
            gather,
            inputs=[f"{family.name}.{scope}.{kind}" for scope in scopes],
            outputs=f"{whole}_{family.name}",
            name=gather.__name__,
            namespace=family.name,
        )
        for kind, whole, gather in gathered
    ]
    return parts


def _instance(family: str, scope: Scope) -> Pipeline:
    finetuned = scope.kind == "finetuned"
    inputs = {name: name for name in _SHARED}
    if finetuned:
        inputs["pooled_model"] = f"{family}.{Scope('pooled')}.model"
    return Pipeline(
        _base_pipeline(finetuned),
        namespace=f"{family}.{scope}",
        inputs=inputs,
        parameters={
            "params:family": f"params:{family}",
            "params:instance": f"params:instances.{family}.{scope}",
            "params:universe": "params:universe",
            "params:variant": "params:variant",
        },
        tags=[scope.symbol] if scope.symbol else [],
    )


def _base_pipeline(finetuned: bool) -> list[Node]:
    learn, start = (nodes.finetune, ["pooled_model"]) if finetuned else (nodes.fit, [])
    return [
        Node(
            nodes.choose_options,
            inputs=["params:family", "params:instance", "params:variant"],
            outputs="options",
            name="choose_options",
        ),
        Node(
            learn,
            inputs=["features", "labels", "split", "options", "params:universe", *start],
            outputs="model",
            name=learn.__name__,
        ),
        *forecast_and_score(),
    ]


def forecast_and_score() -> list[Node]:
    """Return the nodes that use a model of an instance, wherever it was trained."""
    return [
        Node(
            nodes.forecast,
            inputs=["model", "features", "labels", "split"],
            outputs="forecast",
            name="forecast",
        ),
        Node(
            trials.log_trial,
            inputs=["forecast", "options", "setting", "vintage"],
            outputs="trial",
            name="log_trial",
        ),
        Node(
            nodes.score,
            inputs=["model", "forecast", "options", "features", "labels", "split", "trial"],
            outputs="scores",
            name="score",
        ),
    ]
