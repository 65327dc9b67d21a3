"""Wiring of the evaluation of a walk-forward validation."""

from __future__ import annotations

from collections.abc import Iterable

from kedro.pipeline import Node, Pipeline

from vn30_training.pipelines.evaluation import nodes

RANKING = (
    *("leaderboard", "signal", "groups", "decay"),
    *("regimes", "folds", "seeds", "monthly", "overfitting"),
)
PAIRS = ("paired", "confidence_set", "spa")
CALIBRATION = ("pit", "calibration")
FIGURES = (
    *("leaderboard", "paired", "timeline", "groups", "decay", "monthly_ic", "cumulative_ic"),
    *("pit", "slices_given", "slices_recalibrated", "coverage_given", "coverage_recalibrated"),
    *("regimes", "regimes_increment", "folds", "seeds"),
)


def create_pipeline(families: Iterable[str]) -> Pipeline:
    """Return the nodes that judge the stitched forecasts and tell it."""
    boards = [f"fold_scores_{family}" for family in families]
    evidence = _tables((*RANKING, *PAIRS, *CALIBRATION, "selection"))
    told = {
        "counted": "trial_count",
        "forecasts": "walk_forward_forecasts",
        "manifest": "evaluation_manifest",
    }
    return Pipeline(
        [
            Node(
                nodes.score_rows,
                inputs=["walk_forward_forecasts", "fold_instances"],
                outputs="scored_rows",
                name="score_rows",
            ),
            Node(
                nodes.log_trials,
                inputs=["scored_rows", "fold_setting", "vintage", *boards],
                outputs="trials",
                name="log_fold_trials",
            ),
            Node(
                nodes.count_trials,
                inputs=["trials", "vintage", "params:label"],
                outputs="trial_count",
                name="count_trials",
            ),
            Node(
                nodes.judge_ranking,
                inputs={
                    "rows": "scored_rows",
                    "forecasts": "walk_forward_forecasts",
                    "instances": "fold_instances",
                    "panel": "panel",
                    "sessions": "sessions",
                    "label": "params:label",
                    "counted": "trial_count",
                },
                outputs=_tables(RANKING),
                name="judge_ranking",
            ),
            Node(
                nodes.judge_pairs,
                inputs="scored_rows",
                outputs=_tables(PAIRS),
                name="judge_pairs",
            ),
            Node(
                nodes.recalibrate_quantiles,
                inputs=["walk_forward_forecasts", "fold_instances", "scored_rows"],
                outputs="recalibrated_rows",
                name="recalibrate_quantiles",
            ),
            Node(
                nodes.judge_calibration,
                inputs=["scored_rows", "recalibrated_rows", "panel"],
                outputs=_tables(CALIBRATION),
                name="judge_calibration",
            ),
            Node(
                nodes.tell_selection,
                inputs=boards,
                outputs="evidence_selection",
                name="tell_selection",
            ),
            Node(
                nodes.describe_evaluation,
                inputs=[
                    "labels",
                    "members",
                    "walk_forward_scheme",
                    "quality",
                    "vintage",
                    "parameters",
                ],
                outputs="evaluation_manifest",
                name="describe_evaluation",
            ),
            Node(
                nodes.draw_evaluation,
                inputs={**told, **evidence},
                outputs={name: f"figure_evaluation_{name}" for name in FIGURES},
                name="draw_evaluation",
            ),
            Node(
                nodes.write_evaluation,
                inputs={
                    **{"instances": "fold_instances", "quality": "quality", "audit": "known_audit"},
                    **told,
                    **evidence,
                },
                outputs="evaluation_report_html",
                name="write_evaluation",
            ),
        ],
        tags=["evaluation"],
    )


def _tables(names: Iterable[str]) -> dict[str, str]:
    return {name: f"evidence_{name}" for name in names}
