"""A simulated market with forecasts of every day, for the tests of order lists."""

from dataclasses import dataclass, replace
from datetime import date
from functools import cache

import numpy as np
import pandas as pd

from vn30_training.evaluation.outlook import build_outlook
from vn30_training.market.hose import load_rules
from vn30_training.market.membership import build_panel
from vn30_training.market.sessions import build_sessions
from vn30_training.market.simulated import SimulatedMarketOptions, simulate
from vn30_training.models.contract import QUANTILE_COLUMNS
from vn30_training.trading.order_options import OrderOptions

SYMBOLS = ("ACB", "FPT", "GAS", "HPG", "MBB", "MSN", "SSI", "STB", "VCB", "VIC", "VJC", "VNM")
RULES = load_rules()
OPEN_TO_ALL = {"stock_filter": {"minimum_value": 0, "minimum_sessions": 1}}
SMALL = {**OPEN_TO_ALL, "topk": 4, "n_drop": 1}


@dataclass(frozen=True)
class OrderMarket:
    prices: pd.DataFrame
    sessions: pd.DataFrame
    panel: pd.DataFrame
    forecasts: pd.DataFrame

    def outlook(self, day: pd.Timestamp) -> pd.DataFrame:
        """What `forecast` would have told at the close of that day."""
        known = self.prices[self.prices["date"] <= day]
        return build_outlook(self.forecasts[self.forecasts["date"] == day], known, 3, RULES)

    @property
    def days(self) -> pd.DatetimeIndex:
        return pd.DatetimeIndex(np.sort(self.panel["date"].unique()))


@cache
def order_market(seed: int = 3) -> OrderMarket:
    options = SimulatedMarketOptions(
        seed=seed, symbols=SYMBOLS, start=date(2023, 9, 1), end=date(2024, 5, 31)
    )
    made = simulate(options)
    sessions = build_sessions(made.prices)
    panel = build_panel(made.prices, sessions, made.members, made.sectors)
    return OrderMarket(made.prices, sessions, panel, draw_forecasts(panel, sessions, seed))


def draw_forecasts(panel: pd.DataFrame, sessions: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Forecasts that know nothing, slow enough to hold a stock for some days."""
    rng = np.random.default_rng(seed)
    days = sessions["date"].to_numpy()
    place = np.searchsorted(days, panel["date"].to_numpy())
    noise = pd.Series(rng.standard_normal(len(panel))).groupby(panel["symbol"].to_numpy())
    score = noise.transform(lambda one: one.ewm(span=8).mean()).to_numpy()
    table = panel[["symbol", "date", "member"]].assign(
        trade_date=days[place + 1], label_end=days[place + 3], family="ridge", scope="pooled"
    )
    table = table.assign(seed=0, score=score, y_pred=0.02 * score, p_up=1 / (1 + np.exp(-score)))
    return table.assign(**dict.fromkeys(QUANTILE_COLUMNS, 0.0))


def options(**changes) -> OrderOptions:
    given = {"model": "ridge", "strategy": "topk_dropout", "options": SMALL, **changes}
    return OrderOptions(**given)


def with_other_future(market: OrderMarket, day: pd.Timestamp) -> OrderMarket:
    """The same up to a day; after it prices, volumes, members and forecasts are noise."""
    rng = np.random.default_rng(99)
    panel, later = market.panel.copy(), market.panel["date"] > day
    factor = rng.uniform(0.5, 2, int(later.sum()))
    for name in ("open", "high", "low", "close", "raw_close", "volume"):
        panel.loc[later, name] *= factor
    panel.loc[later, "member"] = rng.random(int(later.sum())) < 0.5
    prices, after = market.prices.copy(), market.prices["date"] > day
    for name in ("open", "high", "low", "close", "raw_close", "volume"):
        prices.loc[after, name] *= rng.uniform(0.5, 2, int(after.sum()))
    forecasts, ahead = market.forecasts.copy(), market.forecasts["date"] > day
    forecasts.loc[ahead, "score"] = rng.standard_normal(int(ahead.sum()))
    return replace(market, prices=prices, panel=panel, forecasts=forecasts)
