"""Wiring of the backtests: one node per family, in a process of its own."""

from __future__ import annotations

from collections.abc import Sequence

from kedro.pipeline import Node, Pipeline

from vn30_training.models.scope import Scope
from vn30_training.pipelines.backtest import nodes

TABLES = ("daily", "gross", "unfilled", "stops", "fills", "drift", "positions", "chance", "notes")
JUDGED = ("performance", "excess", "sensitivity", "trades")
UNTOLD = ("fills", "drift", "positions")
FIGURES = ("excess", "costs")
FORECASTS = {"walk_forward": "stitched", "baseline": "forecasts"}
_MARKET = ("panel", "sessions", "corporate_actions", "params:backtest")


def create_pipeline(families: Sequence[str], forecasts: str) -> list[Node | Pipeline]:
    """Return the backtests of every family, of the benchmarks, and the report of all.

    Parameters
    ----------
    families
        The families whose forecasts are traded.
    forecasts
        A key of `FORECASTS`.
    """
    source = FORECASTS[forecasts]
    told = {name: f"backtest_{name}" for name in (*TABLES, *JUDGED) if name not in UNTOLD}
    return [
        Node(
            nodes.first_session,
            inputs=[f"{source}_{family}" for family in families],
            outputs="backtest_first",
            name="first_session",
        ),
        Node(
            nodes.read_user_actions,
            inputs="raw_actions",
            outputs="corporate_actions",
            name="read_user_actions",
        ),
        Node(
            nodes.read_user_index,
            inputs=["raw_index", "backtest_first", "panel", "sessions"],
            outputs="index_levels",
            name="read_user_index",
        ),
        *(_family(family, f"{source}_{family}") for family in families),
        Node(
            nodes.backtest_benchmarks,
            inputs=["index_levels", "backtest_first", *_MARKET],
            outputs={name: f"tried_{name}_benchmark" for name in TABLES},
            name="backtest_benchmarks",
        ),
        *(
            Node(
                nodes.collect,
                inputs=[f"tried_{name}_{one}" for one in ("benchmark", *families)],
                outputs=f"backtest_{name}",
                name=f"collect_{name}",
            )
            for name in TABLES
        ),
        Node(
            nodes.log_backtests,
            inputs=["backtest_daily", "params:backtest", "vintage"],
            outputs="trials",
            name="log_backtests",
        ),
        Node(
            nodes.count_backtests,
            inputs=["trials", "vintage"],
            outputs="backtest_trial_count",
            name="count_backtests",
        ),
        Node(
            nodes.judge_backtests,
            inputs=[
                *("backtest_daily", "backtest_fills", "backtest_drift"),
                *("backtest_trial_count", "backtest_first", *_MARKET),
            ],
            outputs={name: f"backtest_{name}" for name in JUDGED},
            name="judge_backtests",
        ),
        Node(
            nodes.describe_backtests,
            inputs=[
                *("labels", "members", "quality", "vintage", "parameters", "backtest_first"),
                *("panel", "corporate_actions"),
            ],
            outputs="backtest_manifest",
            name="describe_backtests",
        ),
        Node(
            nodes.draw_backtests,
            inputs=told,
            outputs={name: f"figure_backtest_{name}" for name in FIGURES},
            name="draw_backtests",
        ),
        Node(
            nodes.write_backtests,
            inputs={
                **{"quality": "quality", "manifest": "backtest_manifest", "audit": "known_audit"},
                **told,
            },
            outputs="backtest_report_html",
            name="write_backtests",
        ),
    ]


def _family(family: str, forecasts: str) -> Pipeline:
    node = Node(
        nodes.backtest_family,
        inputs=["forecasts", "backtest_first", *_MARKET],
        outputs={name: f"tried_{name}_{family}" for name in TABLES},
        name="backtest",
    )
    return Pipeline(
        [node],
        namespace=f"{family}.{Scope('pooled')}",
        inputs={
            "forecasts": forecasts,
            **{name: name for name in ("backtest_first", *_MARKET[:-1])},
        },
        outputs={f"tried_{name}_{family}" for name in TABLES},
        parameters={"params:backtest": "params:backtest"},
    )
