"""A market and forecasts as arrays, for the tests of strategies."""

from dataclasses import replace

import numpy as np

from vn30_training.trading.signals_grid import Signals
from vn30_training.trading.strategies.history import History

LEAD, SESSIONS, STOCKS = 280, 120, 12
SYMBOLS = tuple(f"S{i:02d}" for i in range(STOCKS))
SECTORS = tuple("ABC"[i % 3] for i in range(STOCKS))


def make_history(seed: int = 0) -> History:
    """Return a market in which the last stock is no member and the one before comes late."""
    rng = np.random.default_rng(seed)
    shape = (LEAD + SESSIONS, STOCKS)
    returns = 0.02 * rng.standard_normal(shape)
    price = 20_000 * np.exp(np.cumsum(returns, axis=0))
    price[:300, -2] = np.nan
    value = np.where(np.isnan(price), 0.0, rng.uniform(1e10, 1e11, shape))
    change = np.full(shape, np.nan)
    change[1:] = price[1:] / price[:-1] - 1
    member = np.ones(shape, dtype=bool)
    member[:, -1] = False
    first = np.datetime64("2020-01-01")
    days = np.busday_offset(first, np.arange(shape[0]), roll="forward")
    return History(days, SYMBOLS, SECTORS, price, change, value, np.ones(shape, dtype=bool), member)


def make_signals(seed: int = 1, history: History | None = None) -> Signals:
    """Return forecasts for the last sessions of the market, the first ten unknown."""
    history = history or make_history()
    rng = np.random.default_rng(seed)
    score = rng.standard_normal((SESSIONS, STOCKS))
    score[:10] = np.nan
    noise = rng.standard_normal((SESSIONS, STOCKS, 7))
    return Signals(
        dates=history.dates[LEAD:],
        symbols=SYMBOLS,
        score=score,
        y_pred=0.01 * score,
        p_up=1 / (1 + np.exp(-score)),
        quantiles=np.sort(noise, axis=-1),
        member=history.member[LEAD:].copy(),
    )


def with_other_future(history: History, signals: Signals, row: int) -> tuple[History, Signals]:
    """Return the same up to ``row`` of the signals, and noise after it."""
    rng = np.random.default_rng(99)

    def changed(values: np.ndarray, first: int) -> np.ndarray:
        values = values.copy()
        if values.dtype == bool:
            values[first:] = rng.random(values[first:].shape) < 0.5
        else:
            values[first:] = 1 + np.abs(rng.standard_normal(values[first:].shape))
        return values

    past = {name: changed(getattr(history, name), LEAD + row + 1) for name in HISTORY_FIELDS}
    told = {name: changed(getattr(signals, name), row + 1) for name in SIGNAL_FIELDS}
    return replace(history, **past), replace(signals, **told)


HISTORY_FIELDS = ("price", "returns", "value", "member")
SIGNAL_FIELDS = ("score", "y_pred", "p_up", "quantiles", "member")
