"""Nodes that plan the folds and put what came of them together."""

from __future__ import annotations

from typing import Any

import pandas as pd

from vn30_training.evaluation.folds import choose_preset, plan_folds, scheme, stitch
from vn30_training.pipelines.family import nodes as family_nodes

_INSTANCE = (
    *("family", "scope", "name", "fold", "symbol", "status", "reason"),
    *("n_train", "n_valid", "n_test", "doubts"),
)


def plan(labels: pd.DataFrame, walk_forward: dict[str, Any]) -> list[dict[str, Any]]:
    """Plan the folds: first the scheme as a whole, then the split of each."""
    options = choose_preset(walk_forward)
    plans = plan_folds(labels, options)
    return [scheme(walk_forward["preset"], options, plans), *plans]


def tell_setting(setting: dict[str, Any], scheme: dict[str, Any]) -> dict[str, Any]:
    """Tell what all configurations share in a walk-forward validation.

    The dates of the folds are no part of it: the same configuration with a session more is the same
    trial.
    """
    kind = {**scheme, "folds": len(scheme["folds"])}
    return {**setting, "split": kind}


def choose_options(
    family: dict[str, Any], instance: dict[str, str], variant: Any, walk_forward: dict[str, Any]
) -> dict[str, Any]:
    """Merge the family's parameters for this scope; the scheme may ask for more training rows."""
    least = choose_preset(walk_forward).minimum_train_rows
    chosen = family_nodes.choose_options(family, instance, variant)
    return chosen if least is None else {**chosen, "minimum_train_rows": least}


def gather_fold_scores(*records: dict[str, Any]) -> list[dict[str, Any]]:
    """Put the score records of a family into one list, learning curves and importance left out."""
    bulky = ("learning_curve", "importance")
    return [{key: one for key, one in record.items() if key not in bulky} for record in records]


def gather_folds(*tables: pd.DataFrame) -> pd.DataFrame:
    """Stitch the forecasts of a family's folds into one series per scope, seed and symbol."""
    return stitch(family_nodes.gather_forecasts(*tables))


def collect_folds(*tables: pd.DataFrame) -> pd.DataFrame:
    """Put all families' series into one table."""
    return family_nodes.gather_forecasts(*tables)


def collect_fold_instances(*boards: list[dict[str, Any]]) -> pd.DataFrame:
    """Tell how every instance did on every fold."""
    records = [record for board in boards for record in board]
    return pd.DataFrame([{key: record.get(key) for key in _INSTANCE} for record in records])
