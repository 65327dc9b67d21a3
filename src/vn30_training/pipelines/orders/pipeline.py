"""Wiring of the orders: the forecasts of the models that are traded, and of no other."""

from __future__ import annotations

from collections.abc import Sequence

from kedro.pipeline import Node, Pipeline

from vn30_training.models.scope import Scope
from vn30_training.pipelines.forecast.nodes import collect_next
from vn30_training.pipelines.forecast.pipeline import released
from vn30_training.pipelines.orders import nodes


def create_pipeline(family: str, scopes: Sequence[Scope]) -> list[Node | Pipeline]:
    """Return the nodes from the models of a family to orders; they stop where a forecast would."""
    return [
        *released({family: scopes}),
        Node(
            collect_next,
            inputs=["prices", "sessions", *(f"{family}.{scope}.next" for scope in scopes)],
            outputs="traded_forecasts",
            name="collect_traded",
            namespace=family,
        ),
        Node(
            nodes.write_orders,
            inputs=[
                *("holdings", "traded_forecasts", "as_of", "panel", "sessions", "params:orders"),
                *("raw_actions", "previous_orders"),
            ],
            outputs={"table": "orders", "summary": "orders_summary"},
            name="write_orders",
        ),
    ]
