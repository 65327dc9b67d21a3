"""Wiring of the report."""

from __future__ import annotations

from collections.abc import Iterable

from kedro.pipeline import Node, Pipeline

from vn30_training.pipelines.report import nodes

TASKS = ("return", "direction", "quantiles")
FIGURES = (
    "leaderboard",
    "scopes",
    "heatmap",
    "monthly_ic",
    "cumulative_ic",
    "reliability",
    "coverage",
    "direction",
    "learning_curves",
    "importance",
    "quality",
)


def create_pipeline(families: Iterable[str]) -> Pipeline:
    """Return the nodes that gather all families, judge them and tell it."""
    families = list(families)
    return Pipeline(
        [
            Node(
                nodes.collect_forecasts,
                inputs=[f"forecasts_{family}" for family in families],
                outputs=[
                    "forecasts",
                    "task_return_csv",
                    "task_direction_csv",
                    "task_quantiles_csv",
                ],
                name="collect_forecasts",
            ),
            Node(
                nodes.collect_boards,
                inputs=[f"board_{family}" for family in families],
                outputs=["instances", "curves", "importance"],
                name="collect_boards",
            ),
            Node(
                nodes.judge,
                inputs=["forecasts", "instances"],
                outputs=["leaderboard", "symbol_scores"],
                name="judge",
            ),
            Node(
                nodes.log_trials,
                inputs=[
                    *("forecasts", "instances", "setting", "vintage"),
                    *(f"board_{family}" for family in families),
                ],
                outputs="trials",
                name="log_trials",
            ),
            Node(
                nodes.draw,
                inputs=[
                    "leaderboard",
                    "symbol_scores",
                    "forecasts",
                    "curves",
                    "importance",
                    "quality",
                ],
                outputs={name: f"figure_{name}" for name in FIGURES},
                name="draw",
            ),
            Node(
                nodes.describe_run,
                inputs=["labels", "members", "split", "quality", "vintage", "parameters"],
                outputs=["run_manifest", "trained_vintage"],
                name="describe_run",
            ),
            Node(
                nodes.write_report,
                inputs=[
                    "leaderboard",
                    "symbol_scores",
                    "forecasts",
                    "instances",
                    "curves",
                    "importance",
                    "quality",
                    "run_manifest",
                    "seconds",
                    "known_audit",
                ],
                outputs="report_html",
                name="write_report",
            ),
        ],
        tags=["report"],
    )
