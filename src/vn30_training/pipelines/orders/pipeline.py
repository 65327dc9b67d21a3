"""Wiring of the orders, after the forecasts of the next session."""

from __future__ import annotations

from kedro.pipeline import Node

from vn30_training.pipelines.orders import nodes


def create_pipeline() -> list[Node]:
    """Return the node that writes orders; those of `forecast` come before it in the same run."""
    return [
        Node(
            nodes.write_orders,
            inputs=[
                *("holdings", "next_session", "as_of", "panel", "sessions", "params:orders"),
                "raw_actions",
            ],
            outputs={"table": "orders", "summary": "orders_summary"},
            name="write_orders",
        )
    ]
