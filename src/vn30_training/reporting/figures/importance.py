"""Importance by feature family: what the models lean on, against an even spread."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from vn30_training.reporting.figures.grid import grid
from vn30_training.reporting.figures.theme import empty
from vn30_training.reporting.formatting import SCOPE_WORDS, percent, plural, scope_place

SHOWN = 24
# Bold from this multiple of an even spread on.
STRONG = 2.0


def importance_shares(
    importance: pd.DataFrame, feature_families: Mapping[str, str]
) -> pd.DataFrame:
    """Return the share of importance of each feature family, per family and scope of models.

    Within one model the absolute importances are made to sum to one, so that gain, coefficients
    and attention are comparable; models of a row (symbols, seeds) count the same. Importance is
    told by family because many columns are linear combinations of others: a split among twins
    says nothing of either.

    Parameters
    ----------
    importance
        Columns ``family, scope, symbol, seed, feature, importance``.
    feature_families
        Feature to its family; a feature it does not name stands for itself.

    Returns
    -------
    DataFrame
        Columns ``family, scope, group, share, features, even``: ``features`` counts those of the
        group, ``even`` is their share had the models spread importance evenly over what they saw.
    """
    model = ["family", "scope", "symbol", "seed"]
    table = importance.dropna(subset=["importance"])
    table = table.assign(
        group=[feature_families.get(name, name) for name in table["feature"]],
        importance=table["importance"].abs(),
    )
    models = table.groupby(model, dropna=False)
    total = models["importance"].transform("sum")
    table = table.assign(
        share=table["importance"] / total.where(total > 0),
        even=1 / models["feature"].transform("size"),
    )
    groups = table.groupby([*model, "group"], dropna=False, as_index=False).agg(
        share=("share", "sum"), even=("even", "sum"), features=("feature", "nunique")
    )
    return groups.groupby(["family", "scope", "group"], as_index=False).agg(
        share=("share", "mean"), features=("features", "max"), even=("even", "mean")
    )


def importance_figure(importance: pd.DataFrame, feature_families: Mapping[str, str]) -> go.Figure:
    """Return the heat-map of shares: feature families by models, the most used on top."""
    shares = importance_shares(importance, feature_families)
    if shares.empty:
        return empty("No family tells what it leans on.")
    parts = _by_model(shares)
    table = pd.DataFrame({model: part["share"] for model, part in parts.items()})
    order = table.mean(axis=1).sort_values(ascending=False, kind="stable").index[:SHOWN]
    table = 100 * table.loc[order]
    cells = {model: part.to_dict("index") for model, part in parts.items()}

    def text(group: str, model: str) -> str:
        cell = cells[model].get(group)
        return _cell(cell) if cell else ""

    def hover(group: str, model: str) -> str:
        cell = cells[model].get(group)
        told = _told(cell) if cell else "not among its features"
        return f"<b>{group}</b> · {model.replace('<br>', ', ')}<br>{told}"

    return grid(
        table,
        text=text,
        hover=hover,
        bounds=(0.0, max(5.0, float(table.max().max()))),
        unit="share of importance, %",
        ticks=[str(column) for column in table.columns],
    )


def _by_model(shares: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the part of each family and scope, by the name its column has."""
    places = shares["scope"].map(scope_place)
    ordered = shares.assign(place=places).sort_values(["family", "place", "group"])
    return {
        f"{family}<br>{SCOPE_WORDS.get(str(scope), scope)}": part.set_index("group")
        for (family, scope), part in ordered.groupby(["family", "scope"], sort=False)
    }


def _cell(cell: Mapping[Hashable, Any]) -> str:
    share = percent(cell["share"])
    return f"<b>{share}</b>" if cell["share"] >= STRONG * cell["even"] else share


def _told(cell: Mapping[Hashable, Any]) -> str:
    features = plural(cell["features"], "feature")
    return f"{percent(cell['share'])} %; {features}, evenly spread {percent(cell['even'])} %"
