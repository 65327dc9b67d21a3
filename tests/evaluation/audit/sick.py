"""Pipelines that look ahead, one sickness each, and the small market they are tried on."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.signal import savgol_filter
from tests.models.small_market import declared_families

from vn30_training.evaluation.audit.chain import data_chain, family_chain
from vn30_training.evaluation.audit.given import Given
from vn30_training.evaluation.audit.options import reduced
from vn30_training.evaluation.splits import SplitOptions, make_split
from vn30_training.features import signals
from vn30_training.features.labels import LabelOptions, build_labels
from vn30_training.features.table import build_features
from vn30_training.market.membership import build_panel, undated
from vn30_training.market.sessions import build_sessions
from vn30_training.market.simulated import SimulatedMarketOptions, simulate
from vn30_training.models.options import merge_options
from vn30_training.models.scope import Scope
from vn30_training.models.training import train

SYMBOLS = ("ACB", "FPT", "GAS", "HPG", "MSN", "SSI", "VCB", "VIC")
PRICES = ["open", "high", "low", "close", "volume"]


@dataclass(frozen=True)
class Simulated:
    """What a user hands in: prices with suspensions and late listings, sessions, members."""

    prices: pd.DataFrame
    sessions: pd.DataFrame
    members: pd.DataFrame
    sectors: dict[str, str]

    @property
    def chain(self):
        return data_chain(self.sectors, LabelOptions(), "clean")

    @property
    def handed_in(self):
        return Given(self.prices, self.sessions, self.members)

    @property
    def panel(self):
        return build_panel(self.prices, self.sessions, self.members, self.sectors)


def small_given(start="2023-01-01", end="2024-05-31", symbols=SYMBOLS):
    """Simulate a market of which some stocks are suspended for a while and two are listed late."""
    market = simulate(SimulatedMarketOptions(symbols=symbols, start=start, end=end, seed=5))
    prices = market.prices
    days = np.unique(prices["date"])
    missing = np.zeros(len(prices), dtype=bool)
    for place, length in enumerate((1, 2, 5, 9, 20)):
        first = 45 + 50 * place
        own = prices["symbol"] == symbols[place]
        missing |= (own & prices["date"].isin(days[first : first + length])).to_numpy()
    for place, late in ((5, 40), (6, 150)):
        missing |= ((prices["symbol"] == symbols[place]) & (prices["date"] < days[late])).to_numpy()
    prices = prices[~missing].reset_index(drop=True)
    return Simulated(prices, build_sessions(prices), market.members, market.sectors)


# Sick features: a healthy signal or two, and one column that looks ahead.


def sick_features(given, make):
    """Return the chain whose features hold the column ``make`` derives from each symbol's panel."""

    def features(panel):
        own = panel.groupby("symbol", sort=False, group_keys=False)
        column = pd.concat([make(rows) for _, rows in own])
        return signals.compute(panel).assign(SICK=column.astype(np.float32))

    return replace(given.chain, features=features)


def filled_close(rows):
    return rows["close"].ffill()


def haar_wavelet(rows):
    """Denoise by soft thresholds on all Haar details (Donoho and Johnstone 1994)."""
    close = filled_close(rows).to_numpy()
    size = 1 << int(np.ceil(np.log2(max(len(close), 2))))
    level, details = np.concatenate([close, np.full(size - len(close), close[-1])]), []
    while len(level) > 1:
        even, odd = level[::2], level[1::2]
        details.append((even - odd) / np.sqrt(2))
        level = (even + odd) / np.sqrt(2)
    threshold = np.median(np.abs(details[0])) / 0.6745 * np.sqrt(2 * np.log(size))
    for detail in reversed(details):
        kept = np.sign(detail) * np.maximum(np.abs(detail) - threshold, 0)
        above = np.empty(2 * len(level))
        above[::2], above[1::2] = (level + kept) / np.sqrt(2), (level - kept) / np.sqrt(2)
        level = above
    return pd.Series(level[: len(close)], index=rows.index)


def fourier_low_pass(rows):
    close = filled_close(rows).to_numpy()
    spectrum = np.fft.rfft(close)
    spectrum[len(spectrum) // 10 :] = 0
    return pd.Series(np.fft.irfft(spectrum, n=len(close)), index=rows.index)


def savitzky_golay(rows):
    close = filled_close(rows).to_numpy()
    if len(close) < 11:
        return pd.Series(close, index=rows.index)
    return pd.Series(savgol_filter(close, 11, 2), index=rows.index)


def centred_mean(rows):
    return filled_close(rows).rolling(5, center=True, min_periods=1).mean()


def shifted_label(rows):
    return rows["close"].shift(-1) / rows["close"] - 1


def later_label(rows):
    return rows["close"].shift(-3) / rows["close"].shift(-1) - 1


def price_level(rows):
    return rows["close"]


def changed_features(given, change):
    """Return the chain whose features are the signals, changed as one table."""
    return replace(given.chain, features=lambda panel: change(signals.compute(panel), panel))


def global_z_score(table, panel):
    column = table["SIG_REV5"]
    return table.assign(SICK=((column - column.mean()) / column.std()).astype(np.float32))


def min_max_of_each(table, panel):
    grouped = table.groupby("symbol")["SIG_REV5"]
    low, high = grouped.transform("min"), grouped.transform("max")
    return table.assign(SICK=((table["SIG_REV5"] - low) / (high - low)).astype(np.float32))


def forward_then_backward(table, panel):
    grouped = table.groupby("symbol")["SIG_REV5"]
    filled = grouped.ffill().groupby(table["symbol"]).bfill()
    return table.assign(SICK=filled)


def wide(table, name):
    """Return a column with days as rows and symbols as columns."""
    return table.set_index(["date", "symbol"])[name].unstack("symbol").sort_index()  # noqa: PD010


def spread_over(graph, table, name):
    """Average a column over each stock's neighbours, in the table's rows."""
    values = wide(table, name).fillna(0)
    graph = graph.reindex(index=values.columns, columns=values.columns).fillna(0).to_numpy()
    spread = pd.DataFrame(values.to_numpy() @ graph, values.index, values.columns)
    day = spread.index.get_indexer(table["date"])
    return spread.to_numpy()[day, spread.columns.get_indexer(table["symbol"])]


def correlation_graph(table, panel):
    """Average each stock's neighbours, who are neighbours by the returns of all history."""
    graph = wide(table, "SIG_REV1").corr().clip(lower=0)
    return table.assign(SICK=spread_over(graph, table, "SIG_REV5").astype(np.float32))


# Sick panels and labels.


def sick_panel(given, fill):
    """Return the chain whose panel's gaps are filled."""

    def panel(prices, sessions, members):
        table = build_panel(prices, sessions, members, given.sectors)
        table[PRICES] = table.groupby("symbol")[PRICES].transform(fill)
        return table

    return replace(given.chain, panel=panel)


def backward(column):
    return column.bfill()


def interpolated(column):
    return column.interpolate()


def todays_members(given):
    """Return the chain that takes today's members for those of all history."""

    def panel(prices, sessions, members):
        always = undated(members["symbol"].unique())
        return build_panel(prices, sessions, always, given.sectors)

    return replace(given.chain, panel=panel)


def same_bar(given, said):
    """Return the chain that trades at the close it decides on; ``said`` or not."""

    def labels(panel, sessions):
        table = build_labels(panel, sessions, LabelOptions())
        close = panel["close"].groupby(panel["symbol"], sort=False)
        bought_now = (close.shift(-2) / panel["close"] - 1).to_numpy()
        table = table.assign(y_raw=bought_now)
        return table.assign(trade_date=table["date"]) if said else table

    return replace(given.chain, labels=labels)


def shuffled_folds(labels, folds=5):
    """Yield K-fold splits of shuffled days."""
    days = np.unique(labels["date"])
    fold = np.random.default_rng(0).permutation(len(days)) % folds
    of_row = fold[np.searchsorted(days, labels["date"])]
    return {f"fold {number}": (of_row != number, of_row == number) for number in range(folds)}


def contiguous_folds(labels, folds=5):
    """Yield K-fold splits of consecutive days, nothing purged."""
    days = np.unique(labels["date"])
    fold = np.arange(len(days)) * folds // len(days)
    of_row = fold[np.searchsorted(days, labels["date"])]
    return {f"fold {number}": (of_row != number, of_row == number) for number in range(folds)}


# Sick training: a healthy ridge of eight columns, and one thing done to it.

COLUMNS = ("ROC5", "ROC20", "STD20", "KMID", "RSV10", "CORR10", "SIG_REV1", "SIG_REV5")


@dataclass(frozen=True)
class Instance:
    """Everything `audit_family_chain` is given."""

    chain: object
    panel: pd.DataFrame
    features: pd.DataFrame
    labels: pd.DataFrame
    split: object
    options: object
    scope: Scope

    def trained_by(self, train):
        return replace(self, chain=replace(self.chain, train=train))


def instance(given, family="ridge", scope="VN30", **changes):
    """Return a healthy instance of a family on the small market."""
    parsed = Scope.parse(scope)
    entry = declared_families()[family]
    entry = {**entry, "overrides": {parsed.name: {"minimum_train_rows": 40, **changes}}}
    options = merge_options(family, entry, parsed)
    panel = given.panel
    labels = given.chain.labels(panel, given.sessions)
    split = make_split(labels, SplitOptions(ratios=(0.6, 0.15, 0.25)))
    chain = family_chain(given.chain, reduced(options), parsed, given.sectors)
    features = build_features(panel, "clean")
    return Instance(chain, panel, features, labels, split, options, parsed)


def healthy_train(one, features, labels, split, columns=COLUMNS):
    options = one.options.model_copy(update={"features": columns})
    return train(features, labels, split, options, one.scope)


def selecting_on_all(one):
    """Choose columns by their correlation with the label over all days."""

    def sick(features, labels, split):
        known = labels["y_z"].notna()
        size = features.loc[known].drop(columns=["symbol", "date"])
        size = size.corrwith(labels.loc[known, "y_z"]).abs().nlargest(6)
        return healthy_train(one, features, labels, split, tuple(size.index))

    return one.trained_by(sick)


def scaling_on_all(one):
    """Fit the scalers on all days."""

    def sick(features, labels, split):
        model = healthy_train(one, features, labels, split)
        model.preparation.fit(features, np.ones(len(features), dtype=bool))
        return model

    return one.trained_by(sick)


class Everything:
    """A split of which all days are for training."""

    def __init__(self, split):
        self.split = split

    def mask(self, labels, part):
        every = np.ones(len(labels), dtype=bool)
        return every if part == "train" else self.split.mask(labels, part)


def fitting_on_all(one):
    def sick(features, labels, split):
        plain = one.options.model_copy(update={"processors": ({"class": "Fillna"},)})
        chosen = plain.model_copy(update={"features": COLUMNS})
        return train(features, labels, Everything(split), chosen, one.scope)

    return one.trained_by(sick)


class GraphModel:
    """Reversal of each stock's neighbours, who are neighbours by the returns of the test span."""

    def __init__(self, labels, split):
        self.graph = wide(labels[split.mask(labels, "test")], "y_raw").corr()

    def forecast(self, features, labels, rows):
        score = spread_over(self.graph, features, "SIG_REV5")[rows]
        q = dict.fromkeys(("q05", "q10", "q25", "q50", "q75", "q90", "q95", "p_up"), 0.0)
        table = labels.loc[rows, ["symbol", "date"]].assign(seed=0, y_pred=score, score=score, **q)
        return table.reset_index(drop=True)

    def save(self, folder):
        folder.mkdir(parents=True)
        (folder / "graph.json").write_text(json.dumps(self.graph.fillna(0).to_numpy().tolist()))


def graph_of_test(one):
    return one.trained_by(lambda features, labels, split: GraphModel(labels, split))


def masked_by_label(one):
    """Drop the scores of stocks that are about to fall: they would not have been bought."""

    def sick(model, features, labels, rows):
        table = model.forecast(features, labels, rows)
        return table.assign(score=table["score"].where(~(table["y_true"] < 0)))

    return replace(one, chain=replace(one.chain, forecast=sick))


def blind(one):
    """Shift features by half a year: nothing of the day itself is left."""

    def sick(features, labels, split):
        moved = features.drop(columns=["symbol", "date"]).groupby(features["symbol"]).shift(60)
        return healthy_train(one, features[["symbol", "date"]].join(moved), labels, split)

    return one.trained_by(sick)
