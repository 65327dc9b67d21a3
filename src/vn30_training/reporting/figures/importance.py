"""Importance by feature family: what the models lean on, beside an even spread."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go

from vn30_training.reporting.figures.grid import grid
from vn30_training.reporting.figures.rows import SCOPE_WORDS, scope_place
from vn30_training.reporting.figures.theme import empty
from vn30_training.reporting.formatting import number, plural

SHOWN = 24
EVEN = "even spread<br>(floor)"


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
        Columns ``family, scope, group, share, features``: ``features`` counts those of the group.
    """
    model = ["family", "scope", "symbol", "seed"]
    table = importance.dropna(subset=["importance"])
    table = table.assign(
        group=[feature_families.get(name, name) for name in table["feature"]],
        importance=table["importance"].abs(),
    )
    total = table.groupby(model, dropna=False)["importance"].transform("sum")
    table = table.assign(share=table["importance"] / total.where(total > 0))
    models = table.groupby([*model, "group"], dropna=False, as_index=False).agg(
        share=("share", "sum"), features=("feature", "nunique")
    )
    return models.groupby(["family", "scope", "group"], as_index=False).agg(
        share=("share", "mean"), features=("features", "max")
    )


def importance_figure(importance: pd.DataFrame, feature_families: Mapping[str, str]) -> go.Figure:
    """Return the heat-map of shares: feature families by models, the most used on top."""
    shares = importance_shares(importance, feature_families)
    if shares.empty:
        return empty("No family tells what it leans on.")
    parts = dict(iter(shares.groupby(["family", "scope"])))
    models = sorted(parts, key=lambda model: (str(model[0]), scope_place(str(model[1]))))
    table = pd.DataFrame(
        {
            f"{family}<br>{SCOPE_WORDS.get(str(scope), scope)}": parts[family, scope].set_index(
                "group"
            )["share"]
            for family, scope in models
        }
    )
    sizes = shares.groupby("group")["features"].max()
    table.insert(0, EVEN, sizes / sizes.sum())
    order = table.drop(columns=EVEN).mean(axis=1).sort_values(ascending=False, kind="stable")
    table = 100 * table.loc[order.index[:SHOWN]]

    def hover(group: str, column: str) -> str:
        share = number(table.loc[group, column], 1)
        told = f"{plural(sizes[group], 'feature')}<br>{column.replace('<br>', ', ')}: {share} %"
        return f"<b>{group}</b>, {told}"

    return grid(
        table,
        text=lambda group, column: number(table.loc[group, column], 1),
        hover=hover,
        bounds=(0.0, max(5.0, float(table.max().max()))),
        unit="share of importance, %",
        ticks=[str(column) for column in table.columns],
    )
