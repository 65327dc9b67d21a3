"""A fabricated backtest: days of random strategies, and every table made of them by its maker."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from vn30_training.trading.backtest_tables import BENCHMARK, BUY_AND_HOLD, BacktestTables
from vn30_training.trading.cost_analysis import fee_sensitivity
from vn30_training.trading.excess import excess_table
from vn30_training.trading.performance import performance_table
from vn30_training.trading.returns import STRATEGY, with_returns
from vn30_training.trading.round_trips import TRIP_COLUMNS

CAPITAL = 1_000_000_000
BENCHMARKS = (BUY_AND_HOLD, "equal_weight", "momentum_12_1", "reversal_5")
FAMILIES = (("lightgbm", "pooled"), ("lightgbm", "symbol"), ("ridge", "pooled"))
STRATEGIES = ("topk_5", "threshold_return")
TRADED = {"daily": 0.35, "weekly": 0.12, "monthly": 0.04}
TRIALS = {"count": 57, "sharpe_variance": 0.002}


def fabricate_backtest(
    n_days: int = 420,
    families: Sequence[tuple[str, str]] = FAMILIES,
    strategies: Sequence[str] = STRATEGIES,
    edge: float = 0.0,
    seed: int = 0,
) -> BacktestTables:
    """Return a backtest in which every strategy earns ``edge`` a session over the market."""
    random = np.random.default_rng(seed)
    dates = pd.bdate_range("2019-01-02", periods=n_days, unit="us")
    market = random.normal(0.0004, 0.012, n_days - 1)
    keys = [(BENCHMARK, "", name, "monthly") for name in BENCHMARKS]
    keys += [
        (*who, strategy, rebalance)
        for who in families
        for strategy in strategies
        for rebalance in TRADED
    ]
    daily = [_days(random, dates, market, key, edge) for key in keys]
    net = pd.concat([days for days, _ in daily], ignore_index=True)
    held = _held(net)
    own = [key for key in keys if key[0] != BENCHMARK]
    return BacktestTables(
        daily=net,
        gross=pd.concat([days for _, days in daily], ignore_index=True),
        performance=performance_table(net, held[BUY_AND_HOLD], TRIALS).assign(
            beyond_cap=0.02,
            largest_position=0.24,
            largest_sector=0.61,
            unpriced=0.0,
            unpriced_at_end=0.0,
        ),
        unfilled=_per_key(keys, lambda: _unfilled(random)),
        stops=_per_key(
            own[:2],
            lambda: [{"stop_losses": 31, "take_profits": 12, "both_hit": 2, "blocked": 5}],
        ),
        sensitivity=fee_sensitivity(net),
        chance=_per_key(own, lambda: [_chance(random)]),
        notes=_per_key(
            own[:1],
            lambda: [
                {"date": date, "reason": "the solver did not converge: equal weights"}
                for date in dates[20:23]
            ],
        ),
        trades=_per_key(own, lambda: _trades(random, dates))[[*STRATEGY, *TRIP_COLUMNS]],
        excess=excess_table(net[net["family"] != BENCHMARK], held),
    )


def _days(random, dates, market, key, edge) -> tuple[pd.DataFrame, pd.DataFrame]:
    benchmark = key[0] == BENCHMARK
    traded = np.full(len(market), 0.002 if benchmark else TRADED[key[3]])
    own = 0.0 if key[2] == BUY_AND_HOLD else 0.006
    gross = market + random.normal(0.0 if benchmark else edge, own, len(market))
    cost = traded * 0.0027
    named = dict(zip(STRATEGY, key, strict=True))
    before = CAPITAL * np.cumprod(np.r_[1.0, 1 + gross])
    nav = (CAPITAL * np.cumprod(np.r_[1.0, 1 + gross - cost])).round().astype(np.int64)
    value = np.r_[0, (traded * nav[:-1]).round()].astype(np.int64)
    days = pd.DataFrame(
        {
            **named,
            "date": dates,
            "nav": nav,
            "cash": nav // 20,
            "fees": (value * 0.0015).astype(np.int64),
            "taxes": (value * 0.0005).astype(np.int64),
            "slippage": (value * 0.0007).astype(np.int64),
            "dividends": 0,
            "turnover": value,
            "exposure": 0.95,
        }
    )
    free = pd.DataFrame({**named, "date": dates, "nav": before.round().astype(np.int64)})
    return days, free


def _held(daily) -> pd.DataFrame:
    days = with_returns(daily[daily["family"] == BENCHMARK])
    return days.pivot_table(index="date", columns="strategy", values="net")[list(BENCHMARKS)]


def _per_key(keys, records) -> pd.DataFrame:
    return pd.DataFrame(
        [dict(zip(STRATEGY, key, strict=True)) | record for key in keys for record in records()]
    )


def _unfilled(random):
    reasons = {"buy": ("at ceiling", "cash", "lot"), "sell": ("at floor", "unsettled")}
    for side, names in reasons.items():
        for name in names:
            yield {"side": side, "reason": name, "orders": int(random.integers(1, 80))}


def _chance(random):
    return {
        "random_p": random.uniform(0.02, 0.98),
        "random_median": 0.4,
        "random_95": 0.9,
        "turnover": 20.0,
        "random_turnover": 20.4,
        "drawn": 1000,
    }


def _trades(random, dates):
    for position in range(12):
        pnl = int(random.normal(0, 4_000_000))
        yield {
            "symbol": "AAA",
            "shares": 1000,
            "bought": dates[position],
            "sold": dates[position + 5],
            "buy_price": 20_000,
            "sell_price": 20_000 + pnl // 1000,
            "sessions": 5,
            "costs": 100_000,
            "dividends": 0,
            "pnl": pnl,
            "return": pnl / 20_000_000,
        }
