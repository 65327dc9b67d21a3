"""Nodes that judge the stitched forecasts of a walk-forward validation, and tell it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from vn30_training.evaluation import trials as trial_log
from vn30_training.evaluation.calibration_slices import calibration_table
from vn30_training.evaluation.comparison import paired_tests
from vn30_training.evaluation.decay import signal_decay
from vn30_training.evaluation.evidence import Evidence
from vn30_training.evaluation.leaderboard import build_leaderboard, sound_forecasts
from vn30_training.evaluation.overfitting import overfitting_table
from vn30_training.evaluation.pit import pit_table
from vn30_training.evaluation.recalibration import recalibrate
from vn30_training.evaluation.regimes import regime_table
from vn30_training.evaluation.rows import (
    known_rows,
    seed_mean,
    with_categories,
    with_references,
    without_categories,
)
from vn30_training.evaluation.selection_table import selection_table
from vn30_training.evaluation.signal import group_returns, long_short_returns, signal_table
from vn30_training.evaluation.snooping import model_confidence_set, superior_predictive_ability
from vn30_training.evaluation.stability import fold_table, seed_table
from vn30_training.evaluation.statistics import holding_sessions
from vn30_training.evaluation.tables import monthly_ic
from vn30_training.features.labels import LabelOptions
from vn30_training.market.vintage import content
from vn30_training.pipelines.report.nodes import describe

Tables = dict[str, pd.DataFrame]


def score_rows(forecasts: pd.DataFrame, instances: pd.DataFrame) -> pd.DataFrame:
    """Keep what can be judged, seeds averaged, the yardsticks' figures beside each forecast."""
    sound = sound_forecasts(forecasts, instances)
    return without_categories(with_references(seed_mean(known_rows(sound))))


def recalibrate_quantiles(
    forecasts: pd.DataFrame, instances: pd.DataFrame, rows: pd.DataFrame
) -> pd.DataFrame:
    """Recalibrate every family's quantiles by how its own earlier ones turned out.

    A stock's forecasts from before it joined the index count as its past. They are held against
    EWMA's quantiles as given, like those they replace.
    """
    recalibrated = recalibrate(sound_forecasts(forecasts, instances))
    scored = with_references(seed_mean(known_rows(recalibrated)))
    references = ["ewma_pinball", "ewma_crps"]
    return without_categories(scored.assign(**{name: rows[name] for name in references}))


def log_trials(
    rows: pd.DataFrame,
    setting: dict[str, Any],
    vintage: dict[str, Any],
    *boards: list[dict[str, Any]],
) -> trial_log.Log:
    """Log each configuration judged here as a trial on these data, with the figures of all folds.

    The instances have logged theirs as they were scored: here are no other trials.
    """
    return trial_log.logged(vintage, trial_log.trials(with_categories(rows), boards, setting))


def judge_ranking(
    rows: pd.DataFrame,
    forecasts: pd.DataFrame,
    instances: pd.DataFrame,
    panel: pd.DataFrame,
    sessions: pd.DataFrame,
    label: LabelOptions,
    counted: dict[str, Any],
) -> Tables:
    """Judge how families order the stocks: over all days, by regime, fold, seed and horizon."""
    rows, holding = with_categories(rows), holding_sessions(rows)
    sound = sound_forecasts(forecasts, instances)
    leaderboard = build_leaderboard(forecasts, instances)
    return {
        "leaderboard": leaderboard.drop(columns="fit_seconds"),
        "signal": signal_table(rows, holding, counted),
        "groups": group_returns(rows, holding),
        "decay": signal_decay(rows, panel, sessions, start=label.start),
        "regimes": regime_table(rows, panel, holding),
        "folds": fold_table(sound, instances),
        "seeds": seed_table(sound),
        "monthly": monthly_ic(sound),
        "overfitting": overfitting_table(long_short_returns(rows)),
    }


def count_trials(
    log: trial_log.Log, vintage: dict[str, Any], label: LabelOptions
) -> dict[str, Any]:
    """Count every trial ever logged for these data, in Sharpe ratios of this label's holding."""
    found = trial_log.of_data(log, vintage)
    return trial_log.summary(found, content(vintage), label.end - label.start)


def judge_pairs(rows: pd.DataFrame) -> Tables:
    """Compare families two by two, and all of them with doing nothing, as often as was tried."""
    rows, holding = with_categories(rows), holding_sessions(rows)
    return {
        "paired": paired_tests(rows, holding),
        "confidence_set": model_confidence_set(rows, holding),
        "spa": superior_predictive_ability(rows, holding),
    }


def judge_calibration(
    rows: pd.DataFrame, recalibrated: pd.DataFrame, panel: pd.DataFrame
) -> Tables:
    """Judge the quantiles, as given and recalibrated: uniformity, coverage, losses by slice."""
    variants = {"given": with_categories(rows), "recalibrated": with_categories(recalibrated)}
    holding = holding_sessions(rows)
    return {
        "pit": pd.concat(
            [pit_table(one, name, holding) for name, one in variants.items()], ignore_index=True
        ),
        "calibration": pd.concat(
            [calibration_table(one, panel, name) for name, one in variants.items()],
            ignore_index=True,
        ),
    }


def tell_selection(*boards: list[dict[str, Any]]) -> pd.DataFrame:
    """Tell which features were selected at each fold, and how stable that was."""
    return selection_table([record for board in boards for record in board])


def describe_evaluation(
    labels: pd.DataFrame,
    members: pd.DataFrame,
    scheme: dict[str, Any],
    quality: dict[str, Any],
    vintage: dict[str, Any],
    parameters: dict[str, Any],
) -> dict[str, Any]:
    """Say what was evaluated: source, span, universe, label, folds, options, versions."""
    return {**describe(labels, members, quality, vintage, parameters), "scheme": scheme}


def draw_evaluation(
    counted: dict[str, Any],
    forecasts: pd.DataFrame,
    manifest: dict[str, Any],
    **tables: pd.DataFrame,
) -> dict[str, Any]:
    """Draw every figure of the evaluation, by name, for kedro-viz and notebooks."""
    from vn30_training.reporting.evaluation_gallery import draw_evaluation as draw_all

    return draw_all(Evidence(**tables, trials=counted), forecasts, manifest)


def write_evaluation(
    counted: dict[str, Any],
    forecasts: pd.DataFrame,
    instances: pd.DataFrame,
    quality: dict[str, Any],
    manifest: dict[str, Any],
    audit: dict[str, Any] | None,
    **tables: pd.DataFrame,
) -> str:
    """Write the report of the evaluation: one page that opens offline."""
    from vn30_training.reporting.evaluation_report import render_evaluation

    evidence = Evidence(**tables, trials=counted)
    return render_evaluation(evidence, forecasts, audit, quality, manifest, instances)
