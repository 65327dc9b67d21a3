"""Wiring of the data pipeline."""

from __future__ import annotations

from kedro.pipeline import Node, Pipeline

from vn30_training.pipelines.data import nodes


def create_pipeline() -> Pipeline:
    """Return the nodes that read, check, align, describe and label prices."""
    return Pipeline(
        [
            Node(
                nodes.check_prices,
                inputs={
                    "read_prices": "raw_prices",
                    "members": "raw_members",
                    "previous": "previous_vintage",
                    "clock": "clock",
                    "universe": "params:universe",
                    "simulation": "params:simulation",
                    "quality": "params:quality",
                    "accept_vintage": "params:accept_vintage",
                },
                outputs={name: name for name in ("prices", "members", "quality", "vintage")},
                name="check_prices",
            ),
            Node(nodes.find_sessions, inputs="prices", outputs="sessions", name="find_sessions"),
            Node(
                nodes.align_panel,
                inputs=["prices", "sessions", "members", "params:universe"],
                outputs="panel",
                name="align_panel",
            ),
            Node(
                nodes.compute_features,
                inputs=["panel", "params:features"],
                outputs="features",
                name="compute_features",
            ),
            Node(
                nodes.compute_labels,
                inputs=["panel", "sessions", "params:label"],
                outputs="labels",
                name="compute_labels",
            ),
            Node(
                nodes.split_sessions,
                inputs=["labels", "params:split"],
                outputs="split",
                name="split_sessions",
            ),
            Node(
                nodes.tell_setting,
                inputs=[
                    *("members", "params:universe", "params:label"),
                    *("params:features", "params:split"),
                ],
                outputs="setting",
                name="tell_setting",
            ),
            Node(
                nodes.tell_quality,
                inputs="quality",
                outputs=["data_quality_html", "data_quality_csv"],
                name="tell_quality",
            ),
        ],
        tags=["data"],
    )
