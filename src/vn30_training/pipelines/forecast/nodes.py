"""Nodes that forecast the next session, or refuse to."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pandas as pd

from vn30_training.evaluation.outlook import build_outlook
from vn30_training.market import vintage as vintages
from vn30_training.market.checks.codes import issue
from vn30_training.market.hose import load_rules
from vn30_training.market.issues import DataError, DataIssue
from vn30_training.market.readiness import ForecastOptions, sessions_between, why_not_ready
from vn30_training.models.forecaster import Forecaster

_TRAIN_AGAIN = (
    "The models learned another past. If this one is right, train them again: "
    "kedro run --pipeline=baseline --params=accept_vintage=true"
)


class StaleModelError(ValueError):
    """A model is older than its allowed age."""


class NoForecastError(ValueError):
    """Every model failed."""


def refuse_or_release(
    prices: pd.DataFrame,
    sessions: pd.DataFrame,
    quality: dict[str, Any],
    trained_vintage: dict[str, Any],
    clock: datetime,
    forecast: ForecastOptions,
) -> dict[str, Any]:
    """Release the newest session for forecasting.

    Raises
    ------
    DataError
        If the prices are stale or unfinished, or their past is not what the models were trained on.
    """
    changed = [
        replace(one, fix=_TRAIN_AGAIN) if one.code == "D014" else one
        for one in vintages.compare(trained_vintage, prices)
    ]
    found = [*left_out(quality, prices["date"].max()), *changed]
    if not quality["simulated"]:
        found = [*why_not_ready(prices, sessions, clock, forecast), *found]
    if any(one.level == "error" for one in found):
        raise DataError(found)
    return {"date": str(prices["date"].max().date()), "simulated": quality["simulated"]}


def left_out(quality: dict[str, Any], newest: pd.Timestamp) -> list[DataIssue]:
    """Return as errors what the checks left out of training, but a forecast must not pass over.

    Without an unfinished bar it would be of another day, without a symbol whose past has changed of
    fewer stocks, than its reader thinks. An unfinished bar from before the newest day is the end of
    a stock that trades no more.
    """
    issues = [DataIssue(**one) for one in quality["issues"]]
    unfinished = [
        one
        for one in issues
        if one.code == "D010" and (one.date is None or pd.Timestamp(one.date) >= newest)
    ]
    told = []
    if unfinished:
        names = ", ".join(str(one.symbol) for one in unfinished)
        told = [issue("D010", f"The newest bar of {names} is not finished.", level="error")]
    return told + [one for one in issues if one.code == "D014" and one.level == "error"]


def forecast_next(
    model: Forecaster,
    features: pd.DataFrame,
    labels: pd.DataFrame,
    sessions: pd.DataFrame,
    as_of: dict[str, Any],
    forecast: ForecastOptions,
) -> pd.DataFrame:
    """Forecast from the released session.

    Raises
    ------
    StaleModelError
        If the data the model was trained on ends too many sessions before.
    """
    trained = model.provenance["as_of"]
    age = sessions_between(sessions, trained, as_of["date"])
    if age > forecast.max_model_age:
        raise StaleModelError(
            f"trained on data up to {trained}, {age} sessions ago ({forecast.max_model_age} "
            "allowed). Train again: kedro run --pipeline=baseline"
        )
    return model.forecast(features, labels, "newest")


def gather_next(*forecasts: pd.DataFrame) -> pd.DataFrame:
    """Put the forecasts of a family's instances into one table; failed ones are empty."""
    return pd.concat([one for one in forecasts if len(one)] or [forecasts[0]], ignore_index=True)


def collect_next(
    prices: pd.DataFrame, sessions: pd.DataFrame, *forecasts: pd.DataFrame
) -> pd.DataFrame:
    """Put all forecasts of the next session into one table, as prices within the limits."""
    table = gather_next(*forecasts)
    if table.empty:
        raise NoForecastError("No model made a forecast.")
    ahead = sessions_between(sessions, table["date"].max(), table["label_end"].max())
    return build_outlook(table, prices, ahead, load_rules())
