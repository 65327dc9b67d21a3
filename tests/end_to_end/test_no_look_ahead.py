"""Nothing known after a day changes what is computed for that day: from prices to forecasts."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest
from tests.models.small_market import declared_families

from vn30_training.evaluation.splits import SplitOptions, make_split
from vn30_training.features.labels import LabelOptions, build_labels
from vn30_training.features.table import build_features
from vn30_training.market.membership import build_panel
from vn30_training.market.sessions import build_sessions
from vn30_training.market.simulated import SimulatedMarketOptions, simulate
from vn30_training.models.options import merge_options
from vn30_training.models.scope import Scope
from vn30_training.models.training import train

SYMBOLS = ("ACB", "FPT", "GAS", "HPG", "MSN", "SSI", "VCB", "VIC", "VJC", "VNM")
CUTS = 56
SMALL = {
    "ridge": {},
    "lightgbm": {"n_estimators": 30},
    "lstm": {"epochs": 1, "hidden_size": 8, "steps": 10, "epoch_samples": 2000},
    "tft": {
        **{"epochs": 1, "hidden_size": 16, "hidden_continuous_size": 4, "encoder_length": 8},
        "epoch_samples": 2000,
    },
}
ONLY_PAST = ["symbol", "date", "member", "volatility"]


@dataclass(frozen=True)
class Tables:
    features: pd.DataFrame
    labels: pd.DataFrame

    def until(self, day):
        """Return both tables' rows up to a day, days without a bar left out."""
        known = (self.labels["date"] <= day) & self.features["KMID"].notna()
        return (
            self.features[known].reset_index(drop=True),
            self.labels.loc[known, ONLY_PAST].reset_index(drop=True),
        )


def tables(prices, market):
    sessions = build_sessions(prices)
    panel = build_panel(prices, sessions, market.members, market.sectors)
    return Tables(build_features(panel, "clean"), build_labels(panel, sessions, LabelOptions()))


@pytest.fixture(scope="module")
def market():
    """Ten stocks, of which six are suspended for one to thirty sessions of the test span."""
    market = simulate(SimulatedMarketOptions(symbols=SYMBOLS, start="2022-01-01", seed=11))
    sessions = np.unique(market.prices["date"])
    suspended = np.zeros(len(market.prices), dtype=bool)
    for place, length in enumerate((1, 2, 3, 7, 12, 30)):
        days = sessions[-(45 * place + 60) :][:length]
        of_symbol = market.prices["symbol"] == SYMBOLS[place]
        suspended |= (of_symbol & market.prices["date"].isin(days)).to_numpy()
    return replace(market, prices=market.prices[~suspended].reset_index(drop=True))


@pytest.fixture(scope="module")
def whole(market):
    return tables(market.prices, market)


@pytest.fixture(scope="module")
def split(whole):
    return make_split(whole.labels, SplitOptions(method="ratio", ratios=(0.5, 0.15, 0.35)))


def fit(family, tables, split):
    entry, scope = declared_families()[family], Scope("pooled")
    seeds_and_options = {"seeds": [0], "options": SMALL[family]}
    given = {**entry, "overrides": {scope.name: seeds_and_options}}
    options = merge_options(family, given, scope)
    return train(tables.features, tables.labels, split, options, scope)


@pytest.fixture(scope="module")
def models(whole, split):
    return {family: fit(family, whole, split) for family in SMALL}


@pytest.fixture(scope="module")
def forecasts(models, whole, split):
    rows = split.mask(whole.labels, "test")
    return {
        family: model.forecast(whole.features, whole.labels, rows)
        for family, model in models.items()
    }


def days_beside_gaps(prices, first):
    """Return the last day before, in, and the first after each suspension of a symbol."""
    sessions = np.unique(prices["date"].to_numpy())
    found = []
    for _, bars in prices.groupby("symbol"):
        at = np.searchsorted(sessions, bars["date"].to_numpy())
        for gap in np.flatnonzero(np.diff(at) > 1):
            found += [at[gap], at[gap] + 1, at[gap + 1] - 1, at[gap + 1]]
    return [day for day in sessions[sorted(set(found))] if day > first]


def choose_cuts(prices, first):
    """Return days after ``first``: as many beside gaps as there are up to half, others random."""
    generator = np.random.default_rng(3)
    beside = days_beside_gaps(prices, first)
    sessions = np.unique(prices["date"].to_numpy())
    others = sessions[(sessions > first) & (sessions < sessions[-1])]
    chosen = [*generator.permutation(beside)[: CUTS // 2]]
    chosen += [*generator.permutation(others)[: CUTS - len(chosen)]]
    return [pd.Timestamp(day) for day in chosen], len(beside)


def noisy_after(prices, day):
    """Return prices of which everything after a day is noise."""
    generator = np.random.default_rng(int(day.value % 2**32))
    changed = prices.copy()
    later = changed["date"] > day
    for name in ("open", "high", "low", "close", "raw_close", "volume"):
        noise = np.exp(0.5 * generator.standard_normal(int(later.sum())))
        changed.loc[later, name] = changed.loc[later, name].to_numpy() * noise
    return changed


def assert_same_past(cut, whole, day, models, forecasts, split):
    for mine, theirs in zip(cut.until(day), whole.until(day), strict=True):
        pd.testing.assert_frame_equal(mine, theirs, check_exact=True)
    again = fit("ridge", cut, split)
    assert again.preparation.to_state() == models["ridge"].preparation.to_state()
    rows = split.mask(cut.labels, "test") & (cut.labels["date"] <= day).to_numpy()
    for family, model in {**models, "ridge": again}.items():
        mine = model.forecast(cut.features, cut.labels, rows)
        theirs = forecasts[family]
        known = theirs[theirs["date"] <= day].reset_index(drop=True)
        columns = [name for name in mine if name not in ("trade_date", "label_end", "y_true")]
        pd.testing.assert_frame_equal(mine[columns], known[columns], check_exact=True)


def test_the_future_changes_nothing_before_it(market, whole, split, models, forecasts):
    learned = whole.labels.loc[split.mask(whole.labels, "valid"), "label_end"].max()
    cuts, beside = choose_cuts(market.prices, learned.to_datetime64())
    assert len(cuts) >= 50
    assert beside >= 10
    for place, day in enumerate(cuts):
        past = market.prices[market.prices["date"] <= day]
        changed = past.reset_index(drop=True) if place % 2 else noisy_after(market.prices, day)
        assert_same_past(tables(changed, market), whole, day, models, forecasts, split)


def test_the_test_can_fail(market, whole, split, models, forecasts):
    day = pd.Timestamp(np.unique(market.prices["date"])[-40])
    leaking = tables(noisy_after(market.prices, day - pd.Timedelta(days=9)), market)
    with pytest.raises(AssertionError):
        assert_same_past(leaking, whole, day, models, forecasts, split)
