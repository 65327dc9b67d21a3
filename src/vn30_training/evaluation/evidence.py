"""All that an evaluation found: one table per question, ready to be stored, drawn and told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of every family and scope out of sample.

    Every table but the last three has the columns ``family`` and ``scope`` and is empty, columns
    in place, where the question could not be asked. Intervals ``low`` and ``high`` hold 95 %.

    Attributes
    ----------
    leaderboard
        From `leaderboard.build_leaderboard`, of the stitched forecasts.
    signal
        One row each: ``long_short, long_short_t, long_short_low, long_short_high`` (mean return
        of the label's holding, top less bottom group), ``sharpe`` (annual), ``psr, dsr``
        (probabilities), ``trials`` (int), ``turnover, rank_autocorrelation, n_days``.
    groups
        ``group`` (1 holds the lowest scores), ``mean_return`` (less the day's mean of all),
        ``low, high, n_days``.
    decay
        ``horizon`` (sessions held), ``rank_ic, low, high, t, n_days``.
    paired
        Families two by two, ``other_family, other_scope`` beside: ``metric`` (``rank_ic``,
        ``absolute_error`` or ``pinball``), ``difference`` (positive where the first is better),
        ``t, p`` (Diebold-Mariano), ``p_holm``, ``tests`` (how many it is adjusted for), ``low,
        high, n_days``.
    confidence_set
        ``metric, p, inside`` (bool): the model confidence set at 90 %.
    pit
        ``variant`` (``given`` or ``recalibrated``), ``bin`` (0 to 9), ``share, n``, and ``p``: how
        often luck makes a calibrated histogram as uneven as all bins of this row and variant.
    calibration
        ``variant, kind`` (``all``, ``symbol``, ``regime``, ``day``), ``slice`` (name), ``n,
        coverage_50, coverage_80, coverage_90, pinball, crps, pinball_skill, crps_skill``. Kind
        ``day`` has the slices ``flat`` (return exactly zero), ``moving``, ``limit`` (the day before
        ended at a price limit), ``ordinary``.
    regimes
        ``regime, first, last`` (ISO dates), ``rank_ic, rank_ic_low, rank_ic_high, rank_ic_t,
        increment, increment_low, increment_high, mae_skill, pinball_skill, coverage_80, n_days``
        and ``market`` (the equal-weighted return of the span).
    folds
        ``fold`` (int), ``first, last`` (ISO dates tested), ``rank_ic, rank_ic_t, rank_ic_low,
        rank_ic_high, n_days, n_train`` (rows, mean over instances), ``n_ok, n_degenerate,
        n_skipped, n_failed``.
    seeds
        ``seed, rank_ic, n_days``.
    selection
        ``fold, symbol`` (None where pooled), ``features`` (int: how many were selected),
        ``jaccard`` (with the fold before; NaN for the first), ``most`` (the feature families
        selected most, joined by commas).
    spa
        Hansen's test of superior predictive ability, one row per ``metric`` and ``benchmark``
        (family): ``p_lower, p_consistent, p_upper, best_family, best_scope, models, n_days``.
    overfitting
        Probability of backtest overfitting by choosing among the models, at most one row: ``pbo,
        configurations`` (models, families by scopes), ``blocks, n_days, median_logit``.
    monthly
        From `tables.monthly_ic`.
    trials
        ``count`` (every trial logged for these data), ``sharpe_variance``, ``data`` (hash).
    """

    leaderboard: pd.DataFrame
    signal: pd.DataFrame
    groups: pd.DataFrame
    decay: pd.DataFrame
    paired: pd.DataFrame
    confidence_set: pd.DataFrame
    pit: pd.DataFrame
    calibration: pd.DataFrame
    regimes: pd.DataFrame
    folds: pd.DataFrame
    seeds: pd.DataFrame
    selection: pd.DataFrame
    spa: pd.DataFrame
    overfitting: pd.DataFrame
    monthly: pd.DataFrame
    trials: Mapping[str, Any] = field(default_factory=dict)
