"""Nodes of the data pipeline."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from vn30_training.evaluation.splits import SplitOptions, make_split
from vn30_training.features.labels import LabelOptions, build_labels
from vn30_training.features.table import build_features
from vn30_training.market import membership, vintage
from vn30_training.market.checks.codes import issue
from vn30_training.market.issues import DataError
from vn30_training.market.quality import QualityOptions, validate
from vn30_training.market.reading import ReadResult
from vn30_training.market.sessions import build_sessions
from vn30_training.market.simulated import SimulatedMarketOptions, simulate
from vn30_training.reporting.data_quality import quality_table, render_quality

ReadPrices = Callable[[list[str]], ReadResult]


def check_prices(
    read_prices: ReadPrices | None,
    members: pd.DataFrame | None,
    previous: dict[str, Any],
    clock: datetime,
    universe: dict[str, Any],
    simulation: SimulatedMarketOptions,
    quality: QualityOptions,
    accept_vintage: bool,
) -> dict[str, Any]:
    """Read the user's prices, or simulate some, and check them.

    Raises
    ------
    DataError
        If no symbol is left; a hopeless file among good ones only excludes its symbol.
    """
    symbols = list(universe["symbols"])
    if read_prices is None:
        market = simulate(simulation.model_copy(update={"symbols": tuple(symbols)}))
        read, members = market.as_read(), market.members
        clock = read.prices["date"].max().to_pydatetime() + timedelta(days=1)
    else:
        read = read_prices(symbols)
    validated = validate(read, quality, clock)
    prices, report = validated.prices, validated.report
    found = vintage.compare(previous if previous.get("source") == report.source else {}, prices)
    if accept_vintage:
        found = vintage.accepted(found)
    else:
        prices = vintage.without_conflicts(prices, found)
    if prices.empty:
        raise DataError([*report.errors, *found])
    if members is None:
        members = membership.undated(symbols)
        found.append(issue("D015", "No file says who was a member when."))
    known = vintage.fingerprint(prices, source=report.source)
    past = vintage.past(previous, known)
    # A symbol left out because its past has changed stays known by the old one: else the new one
    # would pass for good the next time.
    before = {one.symbol: previous["symbols"][one.symbol] for one in found if one.code == "D014"}
    known = {**known, "symbols": {**before, **known["symbols"]}, "past": past}
    return {
        "prices": prices,
        "members": members,
        "quality": report.with_issues(found).to_dict(),
        "vintage": known,
    }


def find_sessions(prices: pd.DataFrame) -> pd.DataFrame:
    """Find the sessions held from the bars, and those to come from the public holidays."""
    return build_sessions(prices)


def align_panel(
    prices: pd.DataFrame,
    sessions: pd.DataFrame,
    members: pd.DataFrame,
    universe: dict[str, Any],
) -> pd.DataFrame:
    """Give every symbol a row for each session from its first to its last."""
    sectors = {symbol: facts["sector"] for symbol, facts in universe["symbols"].items()}
    return membership.build_panel(prices, sessions, members, sectors)


def compute_features(panel: pd.DataFrame, features: dict[str, Any]) -> pd.DataFrame:
    """Describe each symbol's past at every session."""
    return build_features(panel, features["mode"])


def compute_labels(
    panel: pd.DataFrame, sessions: pd.DataFrame, label: LabelOptions
) -> pd.DataFrame:
    """Compute what is to be forecast, and the dates it depends on."""
    return build_labels(panel, sessions, label)


def split_sessions(labels: pd.DataFrame, split: SplitOptions) -> dict[str, Any]:
    """Cut the sessions into train, valid and test, with the gaps that the label needs."""
    return make_split(labels, split).to_dict()


def tell_setting(
    members: pd.DataFrame,
    universe: dict[str, Any],
    label: LabelOptions,
    features: dict[str, Any],
    split: SplitOptions,
) -> dict[str, Any]:
    """Tell what the configurations of all instances share, for the log of trials.

    Days that come with new prices are no part of it.
    """
    return {
        "label": label.model_dump(include={"start", "end"}),
        "features": features,
        "symbols": sorted(universe["symbols"]),
        "members": "dated" if membership.is_dated(members) else "today's",
        "split": split.model_dump(mode="json"),
    }


def tell_quality(quality: dict[str, Any]) -> tuple[str, pd.DataFrame]:
    """Tell what was found in the files, as a page and as a table."""
    return render_quality(quality), quality_table(quality)
