"""Nodes of one instance, and the node that gathers a family's instances."""

from __future__ import annotations

from typing import Any

import pandas as pd

from vn30_training.evaluation.folds import read_split
from vn30_training.evaluation.splits import Split
from vn30_training.evaluation.tables import instance_metrics
from vn30_training.models.aftercheck import check_fit, check_reload
from vn30_training.models.bundle import without_nan
from vn30_training.models.forecaster import Forecaster
from vn30_training.models.options import InstanceOptions, merge_options
from vn30_training.models.samples import in_scope
from vn30_training.models.scope import Scope
from vn30_training.models.training import train


class NoPricesError(ValueError):
    """The symbol of an instance has no usable prices: its file is missing, or was refused."""


def choose_options(
    family: dict[str, Any], instance: dict[str, str], variant: Any
) -> dict[str, Any]:
    """Merge the family's parameters for this scope; what was used is saved beside the model.

    A variant is one for all families, or one for each family named.
    """
    name, scope = instance["family"], Scope.parse(instance["scope"])
    chosen = variant.get(name) if isinstance(variant, dict) else variant
    options = merge_options(name, family, scope, chosen)
    return options.model_dump(mode="json")


def fit(
    features: pd.DataFrame,
    labels: pd.DataFrame,
    split: dict[str, Any],
    options: dict[str, Any],
    universe: dict[str, Any],
) -> Forecaster:
    """Train the instance on the training span; the validation span stops and calibrates it."""
    return finetune(features, labels, split, options, universe, None)


def finetune(
    features: pd.DataFrame,
    labels: pd.DataFrame,
    split: dict[str, Any],
    options: dict[str, Any],
    universe: dict[str, Any],
    start: Forecaster | None,
) -> Forecaster:
    """Train the instance from another one: the pooled model, or its own of an earlier fold.

    Raises
    ------
    NoPricesError
        If no prices of the instance's symbol passed the checks.
    """
    chosen = InstanceOptions.model_validate(options)
    scope = Scope.parse(chosen.scope)
    if not in_scope(labels, scope).any():
        raise NoPricesError(f"{scope.symbol} has no usable prices: see data_quality.html.")
    return train(
        features,
        labels,
        read_split(split),
        chosen,
        scope,
        sectors={symbol: facts["sector"] for symbol, facts in universe["symbols"].items()},
        start=start,
        provenance={"as_of": str(labels["date"].max().date())},
    )


def forecast(
    model: Forecaster, features: pd.DataFrame, labels: pd.DataFrame, split: dict[str, Any]
) -> pd.DataFrame:
    """Forecast the test span, out of sample."""
    chosen = read_split(split)
    return model.forecast(features, labels, chosen.mask(labels, "test"), fold=chosen.fold)


def score(
    model: Forecaster,
    forecast: pd.DataFrame,
    options: dict[str, Any],
    features: pd.DataFrame,
    labels: pd.DataFrame,
    split: dict[str, Any],
    logged: bool,  # noqa: ARG001 - no figure is told before its trial is in the log
) -> dict[str, Any]:
    """Tell how the instance did: status, metrics, checks, learning curve, importance, options."""
    worthless = model.judge(forecast)
    chosen = read_split(split)
    fold = chosen.fold
    record: dict[str, Any] = {
        "family": options["family"],
        "scope": model.scope.kind,
        "name": f"{options['family']}.{model.scope}" + (f".fold_{fold}" if fold else ""),
        "fold": fold,
        "symbol": model.scope.symbol,
        "status": "degenerate" if worthless else "ok",
        "reason": worthless,
        "seeds": options["seeds"],
        "n_train": model.spans["train"]["rows"],
        "n_valid": model.spans["valid"]["rows"],
        "n_test": int(forecast["y_true"].notna().sum()) // len(options["seeds"]),
        "metrics": instance_metrics(forecast),
        "options": options,
        "checks": [*check_fit(model), *_reloaded(model, features, labels, chosen)],
        "selected": (model.metadata.get("selection") or {}).get("selected"),
        "search": _outcome(model),
        "learning_curve": model.learning_curve.to_dict("records"),
        "importance": model.importance.to_dict("records"),
    }
    failed = [check["name"] for check in record["checks"] if check["passed"] is False]
    return dict(without_nan({**record, "doubts": "; ".join(failed) or None}))


def _outcome(model: Forecaster) -> dict[str, Any] | None:
    """Tell what the search for options chose, of how many, and whether by luck."""
    found = model.found
    if found is None:
        return None
    return {"best": found.best, "tried": len(found.table), "pbo": found.pbo}


def _reloaded(
    model: Forecaster, features: pd.DataFrame, labels: pd.DataFrame, split: Split
) -> list[dict[str, Any]]:
    """Check the model's files, unless it was trained at an earlier fold, where that was done."""
    valid = model.spans["valid"]
    own = split.valid.first <= valid["first"] and valid["last"] <= split.valid.last
    return check_reload(model, features, labels, split) if own else []


def gather_scores(*records: dict[str, Any]) -> list[dict[str, Any]]:
    """Put the score records of a family into a board."""
    return list(records)


def gather_forecasts(*tables: pd.DataFrame) -> pd.DataFrame:
    """Put the forecasts of a family into one table; failed instances have empty ones."""
    return pd.concat([one for one in tables if len(one)] or [tables[0]], ignore_index=True)
