"""Values traded come from prices as traded, so no later dividend decides who was liquid."""

import numpy as np
import pandas as pd
import pytest
from tests.trading.days import sessions

from vn30_training.trading.strategies.filters import StockFilter
from vn30_training.trading.strategies.history import history_of, never_valued

SYMBOLS = ("AAA", "BBB", "CCC")
DAYS = sessions(150)
ENOUGH = StockFilter().minimum_value


def panel(*extra: str) -> pd.DataFrame:
    """Three stocks that trade near the least value, one of them never enough."""
    rng = np.random.default_rng(0)
    tables = []
    for symbol, share in zip(SYMBOLS, (1.0, 1.1, 0.3), strict=True):
        close = np.full(len(DAYS), 20_000.0)
        volume = share * ENOUGH / close * rng.uniform(0.9, 1.1, len(DAYS))
        table = pd.DataFrame({"symbol": symbol, "date": DAYS, "close": close, "volume": volume})
        tables.append(table.assign(raw_close=close, value=close * volume, member=True, sector="A"))
    dropped = [name for name in ("raw_close", "value") if name not in extra]
    return pd.concat(tables, ignore_index=True).drop(columns=dropped)


def with_dividend(panel: pd.DataFrame, symbol: str = "BBB") -> pd.DataFrame:
    """The same past after a dividend of a fifth on the last day: earlier adjusted closes fall."""
    earlier = (panel["symbol"] == symbol) & (panel["date"] < DAYS[-1])
    return panel.assign(close=panel["close"].where(~earlier, 0.8 * panel["close"]))


def eligible(panel: pd.DataFrame) -> np.ndarray:
    """Who passes the filter at the close of each session but the last."""
    history = history_of(panel, DAYS.to_numpy(), SYMBOLS)
    rows = range(len(DAYS) - 1)
    return np.stack([StockFilter().passes(history.until(row)) for row in rows])


@pytest.mark.parametrize("extra", [("value",), ("raw_close",), ("value", "raw_close"), ()])
def test_a_later_dividend_changes_nothing_about_who_could_be_held(extra):
    before = eligible(panel(*extra))
    assert (before == eligible(with_dividend(panel(*extra)))).all()
    assert before[60:, 1].all()
    assert before[60:, 2].any() == (not extra)


def test_the_value_is_that_of_the_day_where_it_is_known():
    given = with_dividend(panel("value", "raw_close"), "AAA")
    given.loc[given["symbol"] == "AAA", "value"] = 7e9
    given.loc[given["symbol"] != "AAA", "value"] = np.nan
    given.loc[given["symbol"] == "CCC", "raw_close"] = np.nan
    given.loc[(given["symbol"] == "CCC") & (given["date"] == DAYS[5]), ["close", "volume"]] = np.nan
    history = history_of(given, DAYS.to_numpy(), SYMBOLS)
    traded = given.groupby("symbol")["volume"].apply(np.array)
    assert (history.value[:, 0] == 7e9).all()
    assert history.value[:, 1].tolist() == (20_000 * traded["BBB"]).tolist()
    assert history.value[6, 2] == 20_000 * traded["CCC"][6]
    assert history.value[5, 2] == 0
    assert history.valued.all(axis=0).tolist() == [True, True, False]
    assert history.valued[5, 2]
    assert never_valued(given) == ["CCC"]
    assert never_valued(panel()) == list(SYMBOLS)
