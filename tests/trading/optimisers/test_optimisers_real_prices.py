"""Seven years of monthly decisions on real prices, by every optimiser."""

import numpy as np
import pandas as pd
import pytest

from vn30_training.market.membership import build_panel, read_members
from vn30_training.market.reading import read_folder
from vn30_training.market.sessions import build_sessions
from vn30_training.trading.optimisers.caps import VN30_CAPS
from vn30_training.trading.optimisers.registry import OPTIMISERS
from vn30_training.trading.rebalancing import decision_rows
from vn30_training.trading.signals_grid import Signals
from vn30_training.trading.strategies.history import history_of
from vn30_training.trading.strategies.registry import make_strategy

pytestmark = [pytest.mark.real_data, pytest.mark.slow]
FIRST = np.datetime64("2018-06-01")


@pytest.fixture(scope="module")
def market(real_data):
    folders = [real_data / "ohlcv", real_data / "ohlcv_delisted"]
    prices = pd.concat([read_folder(one).prices for one in folders]).drop_duplicates(
        ["symbol", "date"]
    )
    prices = prices[prices["date"] >= "2016-06-01"]
    members = read_members(real_data / "constituents.csv")
    sectors = pd.read_csv(real_data / "sectors.csv").set_index("symbol")["sector"]
    panel = build_panel(prices, build_sessions(prices), members, sectors)
    symbols = sorted(panel.loc[panel["member"], "symbol"].unique())
    return history_of(panel, np.sort(panel["date"].unique()), symbols)


@pytest.fixture(scope="module")
def signals(market):
    """Forecasts that take the last month's fall for a rise to come."""
    inside = market.dates >= FIRST
    price, member = market.price, market.member[inside]
    fall = np.full(price.shape, np.nan)
    fall[21:] = 1 - price[21:] / price[:-21]
    score = np.where(member, fall[inside], np.nan)
    quantiles = np.zeros((*score.shape, 7))
    dates = market.dates[inside]
    return Signals(dates, market.symbols, score, 0.1 * score, score, quantiles, member)


def test_nine_optimisers_decide_seven_years_of_months(market, signals):
    rows = decision_rows(signals.dates, "monthly")
    assert rows.sum() > 80
    for name in OPTIMISERS:
        options = {"optimiser": name, "caps": VN30_CAPS.model_dump()}
        decided = make_strategy("optimised", options).decide(signals, market, rows)
        weights = decided.plan.weights[rows]
        assert np.isfinite(weights).all()
        assert weights.max() <= 0.1
        assert (weights.sum(axis=1) > 0.9).all()
        assert (weights[~market.member[market.dates >= FIRST][rows]] == 0).all()
        reasons = {note.reason.partition(":")[0] for note in decided.notes}
        assert reasons <= {"no expected return is above zero", "not solved"}
        assert len(decided.notes) < 5
