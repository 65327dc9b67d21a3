"""Nodes that gather all families, judge them and tell it."""

from __future__ import annotations

from typing import Any

import pandas as pd
from pydantic import BaseModel

from vn30_training import __version__
from vn30_training.evaluation.leaderboard import (
    build_leaderboard,
    sound_forecasts,
    symbol_table,
)
from vn30_training.evaluation.rows import known_rows, seed_mean, with_references
from vn30_training.evaluation.trials import Log, logged, trials
from vn30_training.features.alpha158 import FAMILY_OF
from vn30_training.market.membership import is_dated, missing_members
from vn30_training.models.bundle import versions
from vn30_training.models.contract import QUANTILE_COLUMNS
from vn30_training.pipelines.audit.fingerprint import fingerprint
from vn30_training.reporting.results import gather
from vn30_training.reporting.seconds import with_seconds

_KEYS = ["date", "symbol", "trade_date", "label_end", "fold", "family", "scope", "seed", "y_true"]
_INSTANCE = (
    *("family", "scope", "name", "symbol", "status", "reason", "seeds"),
    *("n_train", "n_valid", "n_test", "doubts"),
)
_CURVE = ["family", "scope", "symbol", "seed", "epoch", "train_loss", "valid_loss"]
_DERIVED = ("instances", "universe")
_IMPORTANCE = ["family", "scope", "symbol", "seed", "feature", "importance"]


def collect_forecasts(
    *tables: pd.DataFrame,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Put all forecasts into one table, and into one for each of the three tasks.

    The tasks are the return, its direction (empty where the return is not known yet), and its
    quantiles.
    """
    forecasts = pd.concat([one for one in tables if len(one)] or [tables[0]], ignore_index=True)
    returns = forecasts["y_true"]
    up = (returns > 0).astype("boolean").mask(returns.isna())
    return (
        forecasts,
        forecasts[[*_KEYS, "y_pred", "score"]],
        forecasts[[*_KEYS, "p_up"]].assign(up=up),
        forecasts[[*_KEYS, *QUANTILE_COLUMNS]],
    )


def collect_boards(*boards: list[dict[str, Any]]) -> tuple[pd.DataFrame, ...]:
    """Put all score records into three tables: instances, learning curves, importances."""
    records = [record for board in boards for record in board]
    instances = pd.DataFrame([{key: record.get(key) for key in _INSTANCE} for record in records])
    instances["seeds"] = [len(record.get("seeds") or ()) for record in records]
    curves = [row for record in records for row in record.get("learning_curve", ())]
    importance = [row for record in records for row in record.get("importance", ())]
    return (
        instances,
        pd.DataFrame(curves).reindex(columns=_CURVE),
        pd.DataFrame(importance).reindex(columns=_IMPORTANCE),
    )


def judge(forecasts: pd.DataFrame, instances: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Compare families and scopes on the test span, and score every symbol by itself."""
    leaderboard = build_leaderboard(forecasts, instances)
    return leaderboard.drop(columns="fit_seconds"), symbol_table(forecasts)


def log_trials(
    forecasts: pd.DataFrame,
    instances: pd.DataFrame,
    setting: dict[str, Any],
    vintage: dict[str, Any],
    *boards: list[dict[str, Any]],
) -> Log:
    """Log each configuration judged here as a trial on these data, with the figures of all stocks.

    The instances have logged theirs as they were scored: here are no other trials.
    """
    rows = with_references(seed_mean(known_rows(sound_forecasts(forecasts, instances))))
    return logged(vintage, trials(rows, boards, setting))


def draw(
    leaderboard: pd.DataFrame,
    symbols: pd.DataFrame,
    forecasts: pd.DataFrame,
    curves: pd.DataFrame,
    importance: pd.DataFrame,
    quality: dict[str, Any],
) -> dict[str, Any]:
    """Draw every figure of the report, by name, for kedro-viz and notebooks."""
    from vn30_training.reporting.gallery import draw as draw_all

    results = gather(leaderboard, symbols, forecasts, curves, importance, quality, FAMILY_OF)
    return draw_all(results)


def describe_run(
    labels: pd.DataFrame,
    members: pd.DataFrame,
    split: dict[str, Any],
    quality: dict[str, Any],
    vintage: dict[str, Any],
    parameters: dict[str, Any],
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Say what was run: source, span, universe, label, options, versions.

    The vintage of the prices is kept besides: a forecast is refused when it has changed since.
    """
    manifest = describe(labels, members, quality, vintage, parameters)
    return {**manifest, "split": split}, vintage


def describe(
    labels: pd.DataFrame,
    members: pd.DataFrame,
    quality: dict[str, Any],
    vintage: dict[str, Any],
    parameters: dict[str, Any],
) -> dict[str, Any]:
    """Say what a report is about, however the sessions were cut."""
    simulated = quality["simulated"]
    options = {name: plain(value) for name, value in parameters.items() if name not in _DERIVED}
    missing = missing_members(members, labels)
    return {
        "source": "simulated market" if simulated else quality["source"],
        "simulated": simulated,
        "planted_ic": options["simulation"]["signal_ic"] if simulated else None,
        "survivorship": not is_dated(members) or bool(missing),
        "missing_members": missing,
        "symbols": sorted(labels["symbol"].unique()),
        "first": str(labels["date"].min().date()),
        "last": str(labels["date"].max().date()),
        "label": options["label"],
        "families": list(parameters["instances"]),
        "fingerprint": fingerprint(vintage, parameters),
        "version": __version__,
        "versions": versions(),
        "parameters": options,
    }


def plain(value: Any) -> Any:
    """Return a parameter as JSON values: kedro gives typed ones as models."""
    return value.model_dump(mode="json") if isinstance(value, BaseModel) else value


def write_report(
    leaderboard: pd.DataFrame,
    symbols: pd.DataFrame,
    forecasts: pd.DataFrame,
    instances: pd.DataFrame,
    curves: pd.DataFrame,
    importance: pd.DataFrame,
    quality: dict[str, Any],
    manifest: dict[str, Any],
    seconds: dict[str, float],
    audit: dict[str, Any] | None,
) -> str:
    """Write the report: one page that opens offline."""
    from vn30_training.reporting.report import render_report

    return render_report(
        with_seconds(leaderboard, instances, seconds),
        symbols,
        forecasts,
        instances,
        curves,
        importance,
        quality,
        manifest,
        FAMILY_OF,
        audit,
    )
