"""The simulated market obeys the exchange's rules and predicts exactly what it is told to."""

import time
from datetime import date

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from vn30_training.features.labels import LabelOptions, build_labels
from vn30_training.market.hose import load_rules
from vn30_training.market.membership import build_panel, is_dated
from vn30_training.market.sessions import build_sessions, disagreements
from vn30_training.market.simulated import SimulatedMarketOptions, simulate

RULES = load_rules()


@pytest.fixture(scope="module")
def market():
    return simulate(SimulatedMarketOptions())


@pytest.fixture(scope="module")
def prices(market):
    table = market.prices.copy()
    table["raw_return"] = table.groupby("symbol")["raw_close"].pct_change()
    table["return"] = table.groupby("symbol")["close"].pct_change()
    return table


def test_same_options_same_bytes_and_other_seeds_other_markets():
    options = SimulatedMarketOptions(start=date(2024, 1, 1))
    first, second = simulate(options), simulate(options)
    for table in ("prices", "members", "oracle"):
        pd.testing.assert_frame_equal(getattr(first, table), getattr(second, table), rtol=0, atol=0)
    other = simulate(options.model_copy(update={"seed": 8}))
    assert not other.prices["close"].equals(first.prices["close"])


def test_thirty_symbols_and_ten_years_take_less_than_two_seconds():
    started = time.process_time()
    simulate(SimulatedMarketOptions(seed=1))
    assert time.process_time() - started < 2


def test_the_table_is_canonical(market):
    prices = market.prices
    assert prices["date"].dtype == "datetime64[us]"
    assert prices.equals(prices.sort_values(["symbol", "date"], ignore_index=True))
    assert not prices.duplicated(["symbol", "date"]).any()
    assert prices["symbol"].nunique() == 30
    numbers = prices[["open", "high", "low", "close", "volume", "raw_close"]]
    assert (numbers.dtypes == "float64").all()
    assert (numbers > 0).all(axis=None)
    assert (prices["high"] >= prices[["open", "close", "low"]].max(axis=1)).all()
    assert (prices["low"] <= prices[["open", "close"]].min(axis=1)).all()
    assert (prices["volume"] % 100 == 0).all()


def test_raw_prices_keep_to_ticks_and_limits(prices):
    """Also high and low: raw ones are adjusted ones times raw over adjusted close."""
    factor = prices["raw_close"] / prices["close"]
    for symbol_day in prices.assign(factor=factor).iloc[::97].itertuples():
        day = symbol_day.date.date()
        for price in (symbol_day.open, symbol_day.high, symbol_day.low, symbol_day.close):
            raw = round(price * symbol_day.factor)
            assert raw == pytest.approx(price * symbol_day.factor, abs=1e-6)
            assert raw % RULES.tick(raw, day) == 0


def test_every_bar_keeps_within_the_limits_of_the_day(prices):
    table = prices.copy()
    previous = table.groupby("symbol")["close"].shift()
    factor = table["raw_close"] / table["close"]
    reference = (previous * factor).round()
    known = reference.notna()
    for day, rows in table[known].groupby("date"):
        ceiling, floor = RULES.limits(reference[rows.index].astype(int), day.date())
        raw_high, raw_low = (rows[name] * factor[rows.index] for name in ("high", "low"))
        assert (raw_high <= ceiling + 1e-6).all()
        assert (raw_low >= floor - 1e-6).all()


def test_adjusted_prices_hide_stock_dividends(prices):
    assert prices["return"].abs().max() < 0.0701
    assert (prices["raw_return"] < -0.0701).sum() > 50
    last = prices.groupby("symbol").tail(1)
    assert (last["close"] == last["raw_close"]).all()


def test_returns_look_like_daily_stock_returns(prices):
    returns = prices["return"].dropna()
    assert 0.012 < returns.std() < 0.022
    assert returns.kurt() > 1.5
    assert 0.07 < (returns.abs() < 1e-9).mean() < 0.11
    size = prices.groupby("symbol")["return"].apply(lambda one: one.abs().autocorr(1))
    assert size.mean() > 0.05
    volume = prices.assign(volume=np.log(prices["volume"]), size=prices["return"].abs())
    together = volume.groupby("symbol")[["volume", "size"]].corr().xs("volume", level=1)["size"]
    assert together.mean() > 0.2
    wide = prices.pivot_table(index="date", columns="symbol", values="return").corr().to_numpy()
    assert 0.2 < wide[np.triu_indices(30, 1)].mean() < 0.5


def test_stocks_of_one_sector_move_together_more(market, prices):
    correlation = prices.pivot_table(index="date", columns="symbol", values="return").corr()
    sector = correlation.index.map(market.sectors).to_numpy()
    same = sector[:, None] == sector
    upper = np.triu(np.ones_like(same), 1).astype(bool)
    values = correlation.to_numpy()
    assert values[same & upper].mean() > values[~same & upper].mean() + 0.05


def test_listings_are_staggered_suspensions_few_and_tet_long(market):
    assert is_dated(market.members)
    assert 8 <= (market.members["start_date"] > pd.Timestamp("2015-12-31")).sum() <= 24
    first = market.prices.groupby("symbol")["date"].min()
    assert (market.members.set_index("symbol")["start_date"] == first).all()
    sessions = build_sessions(market.prices)
    panel = build_panel(market.prices, sessions, market.members, market.sectors)
    assert 0 < panel["close"].isna().mean() < 0.005
    assert sessions["date"].diff().dt.days.max() >= 7
    assert disagreements(sessions)["override"].notna().all()


def test_as_read_is_what_a_reader_returns(market):
    read = market.as_read()
    assert read.simulated
    assert list(read.prices.columns[-2:]) == ["source_file", "source_row"]
    assert not read.issues


def test_other_symbols_and_bad_options():
    market = simulate(SimulatedMarketOptions(symbols=("AAA", "FPT"), start=date(2025, 1, 1)))
    assert market.sectors == {"AAA": "Unknown", "FPT": "Technology"}
    for wrong in (
        {"symbols": ("FPT", "FPT")},
        {"start": date(2025, 8, 20)},
        {"signal_ic": -0.1},
        {"years": 10},
    ):
        with pytest.raises(ValidationError):
            SimulatedMarketOptions(**wrong)


def rank_ic(score, label, dates):
    """Mean daily rank IC and its t-value with three lags, as Newey and West (1987) weigh them."""
    table = pd.DataFrame({"score": score, "label": label, "date": dates}).dropna()
    ranks = table.groupby("date")[["score", "label"]].rank()
    ranks = (ranks - ranks.groupby(table["date"]).transform("mean")).assign(date=table["date"])
    products = pd.DataFrame(
        {
            "both": ranks["score"] * ranks["label"],
            "score": ranks["score"] ** 2,
            "label": ranks["label"] ** 2,
        }
    )
    sums = products.groupby(ranks["date"]).sum()
    ic = (sums["both"] / np.sqrt(sums["score"] * sums["label"])).dropna().to_numpy()
    centred = ic - ic.mean()
    lags = sum(2 * (1 - lag / 4) * centred[lag:] @ centred[:-lag] for lag in (1, 2, 3))
    return ic.mean(), ic.mean() / np.sqrt((centred @ centred + lags) / len(ic) ** 2)


def evidence(seed, signal_ic):
    """Rank IC and t-value of the oracle and of what can be read off prices, by name."""
    market = simulate(SimulatedMarketOptions(seed=seed, signal_ic=signal_ic))
    sessions = build_sessions(market.prices)
    panel = build_panel(market.prices, sessions, market.members, market.sectors)
    labels = build_labels(panel, sessions, LabelOptions())
    rows = panel.merge(market.oracle, how="left", on=["symbol", "date"])
    by_symbol = rows.groupby("symbol")
    close, span = rows["close"], rows["high"] - rows["low"]
    scores = {
        "oracle": rows["score"],
        "lower shadow": (rows[["open", "close"]].min(axis=1) - rows["low"]) / rows["open"],
        "reversal": -by_symbol["close"].pct_change(fill_method=None),
        "reversal of five days": -by_symbol["close"].pct_change(5, fill_method=None),
        "close in its range": (close - rows["low"]) / span.where(span > 0),
        "body": close / rows["open"],
        "volume": rows["volume"] / by_symbol["volume"].shift(5),
        "price": -rows["raw_close"],
    }
    found = {name: rank_ic(one, labels["y_raw"], labels["date"]) for name, one in scores.items()}
    return pd.DataFrame(found, index=["ic", "t"])


def test_the_planted_signal_has_the_size_stated():
    found = pd.concat([evidence(seed, 0.04) for seed in range(4)])
    mean = found.loc["ic"].mean()
    assert mean["oracle"] == pytest.approx(0.04, abs=0.006)
    assert mean["lower shadow"] > 0.8 * mean["oracle"]
    assert (found.loc["t", "lower shadow"] > 4).all()
    assert found.loc["t", "reversal"].abs().mean() < 2


@pytest.mark.slow
def test_without_a_signal_nothing_predicts():
    found = pd.concat([evidence(seed, 0.0) for seed in range(20, 28)])
    t_values = found.loc["t"]
    assert (t_values.abs() > 2).to_numpy().mean() < 0.15
    assert (t_values.mean().abs() * np.sqrt(len(t_values)) < 3.3).all()


def test_the_size_asked_for_is_the_size_planted():
    found = [evidence(seed, 0.12).loc["ic", "oracle"] for seed in range(2)]
    assert np.mean(found) == pytest.approx(0.12, abs=0.012)
