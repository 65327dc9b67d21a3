"""TopkDropout under the qlib profile against a backtest of qlib itself."""

import json

import numpy as np
import pandas as pd
import pytest
from tests.trading.markets import plain_bars

from vn30_training.trading.plan import TopkDropout
from vn30_training.trading.profiles import PROFILES
from vn30_training.trading.simulation import simulate

# In tenths of a dong every fee of the golden is whole, so only floats differ.
SCALE = 10


@pytest.fixture(scope="module")
def golden(reference):
    folder = reference / "qlib_eval_golden" / "backtest"
    tables = {p.stem: pd.read_parquet(p) for p in folder.glob("*.parquet")}
    return tables, json.loads((folder / "summary.json").read_text())


@pytest.fixture(scope="module")
def simulation(golden):
    tables, settings = golden
    ohlcv = tables["ohlcv"].assign(date=lambda t: pd.to_datetime(t["date"]))
    scores = tables["scores"].pivot_table("score", "datetime", "instrument")
    wide = {
        name: ohlcv.pivot_table(name, "date", "symbol").reindex(scores.columns, axis=1)
        for name in ("close", "volume", "change")
    }
    days = wide["close"].index
    first = days.searchsorted(pd.Timestamp(settings["start"])) - 1
    span = slice(first, days.searchsorted(pd.Timestamp(settings["end"])) + 1)
    close, volume, change = (table.reindex(days[span]).to_numpy() for table in wide.values())
    prices = np.nan_to_num(close * SCALE).round().astype(np.int64)
    limit = settings["exchange"]["limit_threshold"]
    rows = np.zeros(len(prices), dtype=np.int64)
    bars = plain_bars(
        prices,
        volume=np.nan_to_num(volume).astype(np.int64),
        ceiling=np.where(change >= limit, prices, prices + 1),
        floor=np.where(change <= -limit, prices, 0),
        lot=rows + settings["exchange"]["trade_unit"],
    )
    strategy = settings["strategy"]
    plan = TopkDropout(scores.reindex(days[span]).to_numpy(), **strategy)
    capital = int(settings["account"]) * SCALE
    return simulate(bars, plan, PROFILES["qlib"], capital, shares=True, fills=True)


def test_money_equals_qlibs_every_day(golden, simulation):
    report = golden[0]["report"]
    nav = simulation.nav[0] / SCALE
    fees = (simulation.fees + simulation.taxes)[0, 1:] / SCALE
    turnover = simulation.turnover[0, 1:] / SCALE
    cash = simulation.cash[0, 1:] / SCALE
    # qlib adds floats where we add integers: about 1e-15 of the account a trade.
    close = {"rtol": 1e-12, "atol": 1e-12}
    np.testing.assert_allclose(nav[1:], report["account"], **close)
    np.testing.assert_allclose(cash, report["cash"], rtol=1e-12, atol=1e-3)
    np.testing.assert_allclose(nav[1:] - cash, report["value"], **close)
    np.testing.assert_allclose(turnover / nav[:-1], report["turnover"], **close)
    np.testing.assert_allclose(fees / nav[:-1], report["cost"], **close)
    np.testing.assert_allclose((np.diff(nav) + fees) / nav[:-1], report["return"], **close)


def test_positions_equal_qlibs_every_day(golden, simulation):
    positions = golden[0]["positions"]
    shares = positions[positions["symbol"] != "cash"]
    theirs = shares.set_index(["date", "symbol"])["amount"].unstack()  # noqa: PD010
    ours = pd.DataFrame(simulation.shares[0, 1:], theirs.index, list(simulation.symbols))
    ours = ours.loc[:, (ours != 0).any()]
    pd.testing.assert_frame_equal(
        ours.astype(float), theirs.fillna(0.0), check_names=False, check_freq=False
    )
