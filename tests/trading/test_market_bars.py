"""Bars made from the panel against a slow maker, one stock and session at a time, in fractions."""

import dataclasses
import time
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vn30_training.market.hose import load_rules
from vn30_training.market.membership import build_panel, read_members
from vn30_training.market.reading import read_folder
from vn30_training.market.sessions import build_sessions, expected_sessions
from vn30_training.market.simulated.market import simulate
from vn30_training.market.simulated.options import SimulatedMarketOptions
from vn30_training.trading.market_bars import make_bars

RULES = load_rules()
OHLC = ("open", "high", "low", "close")
FIELDS = (*OHLC, "reference", "ceiling", "floor", "tick", "cash_dividend", "bonus")
KINDS = ["cash", "bonus", "treasury", "rights"]
SPANS = [("2016-08-15", "2016-10-14"), ("2008-03-10", "2008-05-09"), ("2022-08-01", "2022-09-30")]


def days(first, last):
    sessions = expected_sessions(first, last).astype("datetime64[us]")
    return pd.DataFrame({"date": sessions, "observed": True})


def random_market(seed, span=SPANS[0], stocks=3, missing=0.15):
    """Prices that mostly stay within their limits, with gaps and corporate actions."""
    draw = np.random.default_rng(seed)
    sessions = days(*span)
    rows, actions = [], []
    for stock in range(stocks):
        name, price, factor = f"S{stock:02d}", float(draw.integers(5_000, 120_000)), 0.5
        start = int(draw.integers(0, 5))
        for place, day in enumerate(sessions["date"][start:]):
            if place and draw.random() < 0.05:
                ratio, cash = float(draw.integers(1, 10)) / 20, float(draw.integers(1, 8)) * 250
                actions.append((name, day, str(draw.choice(KINDS)), cash, ratio))
            price = max(price * (1 + draw.uniform(-0.08, 0.08)), 3_000.0)
            gap = draw.random() < missing and 0 < place < len(sessions) - start - 1
            raw = round(price / 100) * 100.0
            high, low = raw + 100.0 * draw.integers(0, 9), raw - 100.0 * draw.integers(0, 9)
            bar = np.array([draw.choice([low, high, raw]), high, low, raw, 12_345.0])
            bar[:4] *= factor
            values = [np.nan] * 5 if gap else list(bar)
            member = bool(draw.random() < 0.5)
            rows.append((name, day, *values, np.nan if gap else raw, member))
    columns = ["symbol", "date", "open", "high", "low", "close", "volume", "raw_close", "member"]
    names = ["symbol", "ex_date", "kind", "cash_vnd", "ratio"]
    return pd.DataFrame(rows, columns=columns), sessions, pd.DataFrame(actions, columns=names)


def tick_at(price, day):
    return RULES.tick(int(price), day)


def slow_limits(reference, day, special):
    percent = RULES.price_limit(day, special)
    step = tick_at(reference, day)
    high, low = reference * (100 + percent) / 100, reference * (100 - percent) / 100
    up, down = tick_at(high, day), tick_at(low, day)
    ceiling, floor = int(high // up * up), int(-(-low // down) * down)
    ceiling = ceiling if ceiling > reference else int(reference // step + 1) * step
    return ceiling, floor if floor < reference else int(-(-reference // step) - 1) * step


def to_tick(price, day):
    tick = tick_at(price, day)
    return int((Fraction(price) / tick + Fraction(1, 2)) // 1) * tick


def slow_raw_bars(panel, sessions, actions):
    """The raw bars of every symbol and session: a dict of dicts."""
    made = {}
    for symbol, rows in panel.groupby("symbol"):
        by_day = {row.date: row for row in rows.itertuples()}
        last, seen, last_place = None, None, None
        for place, stamp in enumerate(sessions["date"]):
            day, row = stamp.date(), by_day.get(stamp)
            bar = row is not None and row.close == row.close
            cell = dict.fromkeys(FIELDS, 0)
            reference, special = last, False
            if bar and last is not None:
                due = actions[
                    (actions.symbol == symbol)
                    & (actions.ex_date > seen)
                    & (actions.ex_date <= stamp)
                ]
                value, parts = Fraction(last), Fraction(1)
                rights = False
                for action in due.itertuples():
                    ratio = Fraction(round(action.ratio * 10**6), 10**6)
                    if action.kind == "cash":
                        value -= int(action.cash_vnd)
                        cell["cash_dividend"] += int(action.cash_vnd)
                    elif action.kind == "rights":
                        value, parts = value + ratio * int(action.cash_vnd), parts + ratio
                        rights = True
                    else:
                        parts += ratio
                        special |= action.kind == "treasury"
                        cell["bonus"] += int(ratio * 10**6)
                if rights:
                    worth = (last - cell["cash_dividend"]) / (value / parts) - 1
                    cell["bonus"] = round(float(worth) * 10**6)
                if len(due) and not special:
                    reference = value / parts
                special |= place - last_place > 25
            if reference is not None:
                cell["reference"] = int((reference + Fraction(1, 2)) // 1)
                cell["ceiling"], cell["floor"] = slow_limits(Fraction(reference), day, special)
            if bar:
                scale = row.raw_close / row.close
                prices = [to_tick(round(price * scale, 6), day) for price in row[3:6]]
                close = round(row.raw_close)
                cell["open"], cell["close"] = prices[0], close
                cell["high"], cell["low"] = max(*prices, close), min(*prices, close)
                last, seen, last_place = close, stamp, place
            cell["tick"] = tick_at(cell["close"] or cell["reference"], day)
            made[symbol, stamp] = cell
    return made


def as_cells(bars, fields):
    return {
        (symbol, pd.Timestamp(day)): {
            name: int(getattr(bars, name)[place, stock]) for name in fields
        }
        for stock, symbol in enumerate(bars.symbols)
        for place, day in enumerate(bars.dates)
    }


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), span=st.sampled_from(SPANS))
def test_raw_bars_equal_the_slow_ones(seed, span):
    panel, sessions, actions = random_market(seed, span)
    bars = make_bars(panel, sessions, RULES, actions, "raw")
    slow = slow_raw_bars(panel, sessions[sessions["date"].isin(panel["date"])], actions)
    fast = as_cells(bars, FIELDS)
    for key, cell in slow.items():
        bonus = fast[key].pop("bonus"), cell.pop("bonus")
        assert fast[key] == cell, key
        assert abs(bonus[0] - bonus[1]) <= 1


def test_the_bars_have_the_panels_members_and_volumes():
    panel, sessions, _ = random_market(5)
    bars = make_bars(panel, sessions, RULES)
    place = np.searchsorted(bars.dates, panel["date"].to_numpy().astype("datetime64[D]"))
    stock = [bars.symbols.index(symbol) for symbol in panel["symbol"]]
    assert bars.member[place, stock].tolist() == panel["member"].tolist()
    assert bars.member.sum() == panel["member"].sum()
    volume = panel["volume"].fillna(0).astype(int)
    assert bars.volume[place, stock].tolist() == volume.tolist()
    assert (bars.traded.sum()) == panel["close"].notna().sum()
    assert bars.basis == "raw"


def small(closes, first="2024-03-04", **columns):
    """One stock with a bar a session, at one price all day; NaN where suspended."""
    sessions = days(first, "2024-12-31").iloc[: len(closes)]
    panel = pd.DataFrame({"symbol": "AAA", "date": sessions["date"], "member": True})
    for name in OHLC:
        panel[name] = np.array(closes, dtype=float)
    return panel.assign(volume=np.where(panel["close"] > 0, 1_000.0, np.nan), **columns), sessions


def test_a_return_after_25_sessions_has_the_wider_limit():
    for pause, ceiling in ((24, 21_400), (25, 24_000)):
        closes = [20_000.0, *[np.nan] * pause, 20_000.0]
        bars = make_bars(*small(closes, raw_close=closes), RULES)
        assert bars.ceiling[1, 0] == 21_400
        assert bars.ceiling[-1, 0] == ceiling


def test_prices_carried_through_a_suspension_do_not_end_it():
    closes = [20_000.0] * 27
    panel, sessions = small(closes, raw_close=closes)
    panel.loc[1:25, "volume"] = 0.0
    bars = make_bars(panel, sessions, RULES)
    assert bars.ceiling[1:, 0].tolist() == [21_400] * 25 + [24_000]


def test_the_first_bar_has_no_reference_price():
    bars = make_bars(*small([20_000.0, 20_500.0], raw_close=[20_000.0, 20_500.0]), RULES)
    assert bars.reference[:, 0].tolist() == [0, 20_000]
    assert bars.ceiling[0, 0] == bars.floor[0, 0] == 0


def test_a_bonus_is_inferred_and_an_impossible_one_is_not():
    panel, sessions = small(
        [10_000.0, 10_000.0, 10_100.0], raw_close=[25_000.0, 20_000.0, 20_200.0]
    )
    bars = make_bars(panel, sessions, RULES)
    assert bars.bonus[:, 0].tolist() == [0, 250_000, 0]
    assert bars.reference[:, 0].tolist() == [0, 20_000, 20_000]
    mistake = small([10_000.0, 12_500.0, 12_500.0], raw_close=[20_000.0] * 3)
    assert not make_bars(*mistake, RULES).bonus.any()


def test_a_row_of_the_table_replaces_the_factor_near_it_and_nowhere_else():
    """The factor changes at 1, 8 and 16; the table knows what happened at 8, and dates it 9."""
    raw = [25_000.0, *[20_000.0] * 7, *[16_000.0] * 8, 12_800.0]
    panel, sessions = small([10_000.0] * 17, raw_close=raw)
    table = pd.DataFrame(
        {"symbol": "AAA", "ex_date": [sessions["date"][9]], "kind": "cash", "cash_vnd": 4_000.0}
    ).assign(ratio=np.nan)
    bars = make_bars(panel, sessions, RULES, table)
    assert np.flatnonzero(bars.cash_dividend[:, 0]).tolist() == [9]
    assert np.flatnonzero(bars.bonus[:, 0]).tolist() == [1, 16]
    alone = make_bars(panel, sessions, RULES)
    assert np.flatnonzero(alone.bonus[:, 0]).tolist() == [1, 8, 16]


def test_adjusted_closes_near_a_limit_count_as_at_it():
    panel, sessions = small([20_000.0, 21_345.0, 22_700.0, 22_690.0, 21_200.0])
    panel.loc[2, "high"] = 22_800.0
    bars = make_bars(panel, sessions, RULES)
    assert bars.basis == "adjusted"
    assert (bars.close == bars.ceiling)[:, 0].tolist() == [False, True, False, False, False]
    assert (bars.close == bars.floor)[:, 0].tolist() == [False] * 5
    falling = small([20_000.0, 18_650.0, 17_400.0, 17_400.0, 17_400.0])
    lower = make_bars(*falling, RULES)
    assert (lower.close == lower.floor)[:, 0].tolist() == [False, True, True, False, False]


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    span=st.sampled_from(SPANS),
    basis=st.sampled_from(["raw", "adjusted"]),
)
def test_lows_and_highs_hold_the_bar_and_adjusted_limits_hold_them(seed, span, basis):
    panel, sessions, _ = random_market(seed, span)
    bars = make_bars(panel, sessions, RULES, basis=basis)
    bar = bars.close > 0
    assert (bars.low <= np.minimum(bars.open, bars.close))[bar].all()
    assert (bars.high >= np.maximum(bars.open, bars.close))[bar].all()
    known = bars.reference > 0
    assert (bars.floor < bars.ceiling)[known].all()
    if basis == "adjusted":
        assert (bars.high <= bars.ceiling)[bar & known].all()
        assert (bars.low >= bars.floor)[bar & known].all()
        assert not bars.bonus.any()


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    cut=st.integers(3, 35),
    basis=st.sampled_from(["raw", "adjusted"]),
    given_table=st.booleans(),
)
def test_later_rows_change_no_earlier_bar(seed, cut, basis, given_table):
    panel, sessions, actions = random_market(seed)
    day = sessions["date"].iloc[cut]
    after = panel["date"] > day
    other = panel.copy()
    draw = np.random.default_rng(seed + 1)
    for name in (*OHLC, "volume", "raw_close"):
        noise = draw.uniform(0.5, 2.0, after.sum())
        other.loc[after, name] = other.loc[after, name].to_numpy() * noise
    table = actions if given_table else None
    one, two = (make_bars(rows, sessions, RULES, table, basis) for rows in (panel, other))
    rows = int(np.searchsorted(one.dates, np.datetime64(day, "D"), side="right"))
    for field in dataclasses.fields(one):
        values = getattr(one, field.name)
        if isinstance(values, np.ndarray):
            assert (values[:rows] == getattr(two, field.name)[:rows]).all(), field.name


def test_rules_of_each_session_around_their_changes():
    panel, sessions, _ = random_market(1, ("2022-08-24", "2022-09-15"))
    bars = make_bars(panel, sessions, RULES)
    new = bars.dates >= np.datetime64("2022-08-29")
    assert bars.sellable_at_close.tolist() == np.where(new, 2, 3).tolist()
    assert (bars.sellable_at_open == 3).all()
    assert bars.odd_lots.tolist() == (bars.dates >= np.datetime64("2022-09-12")).tolist()
    assert (bars.fee == 1_500).all()
    assert (bars.sell_tax == 1_000).all()
    assert (bars.dividend_tax == 50_000).all()
    assert (bars.lot == 100).all()
    assert (bars.max_order == 500_000).all()


def test_shares_cross_tet_and_the_halt_of_2018_by_sessions():
    """The third session after the purchase lies beyond the days the exchange was closed."""
    sessions = days("2018-01-15", "2018-02-28")
    closes = [20_000.0] * len(sessions)
    panel = pd.DataFrame({"symbol": "AAA", "date": sessions["date"], "member": True, "volume": 1.0})
    panel = panel.assign(**dict.fromkeys(OHLC, closes))
    bars = make_bars(panel, sessions, RULES)
    for bought, sold in (("2018-01-19", "2018-01-26"), ("2018-02-12", "2018-02-22")):
        place = int(np.searchsorted(bars.dates, np.datetime64(bought)))
        assert bars.dates[place + bars.sellable_at_open[place]] == np.datetime64(sold)


def test_no_tax_before_its_table_starts_and_an_error_where_a_rule_must_be_known():
    panel, sessions, _ = random_market(1, ("2014-12-22", "2015-01-15"))
    bars = make_bars(panel, sessions, RULES)
    new = bars.dates >= np.datetime64("2015-01-01")
    assert bars.sell_tax.tolist() == np.where(new, 1_000, 0).tolist()
    panel, sessions, _ = random_market(1, ("2000-07-03", "2000-08-15"))
    with pytest.raises(ValueError, match=r"No \w+ is known before 2000-07-28"):
        make_bars(panel, sessions, RULES)


def test_raw_bars_need_raw_closes_of_every_symbol():
    panel, sessions, _ = random_market(2)
    panel.loc[panel["symbol"] == "S01", "raw_close"] = np.nan
    with pytest.raises(ValueError, match="No raw_close for S01"):
        make_bars(panel, sessions, RULES, basis="raw")
    assert make_bars(panel, sessions, RULES).basis == "adjusted"


def test_days_that_were_no_session_are_refused():
    panel, sessions, _ = random_market(2)
    with pytest.raises(ValueError, match="no observed session"):
        make_bars(panel, sessions.drop(index=12), RULES)


def test_another_market_has_its_own_unit_and_rules():
    panel, sessions = small([500.05, 510.1], raw_close=[500.05, 510.1])
    bars = make_bars(panel, sessions, load_rules("nifty"))
    assert bars.close[:, 0].tolist() == [50_005, 51_010]
    assert bars.ceiling[1, 0] == 60_005
    assert bars.floor[1, 0] == 40_005
    assert bars.sellable_at_open.tolist() == [1, 1]
    dividend = pd.DataFrame(
        {"symbol": "AAA", "ex_date": [sessions["date"][1]], "kind": "cash", "cash_vnd": 2.5}
    ).assign(ratio=np.nan)
    paid = make_bars(panel, sessions, load_rules("nifty"), dividend)
    assert paid.cash_dividend[1, 0] == 250
    assert paid.reference[1, 0] == 49_755
    free = make_bars(panel, sessions, load_rules("frictionless"))
    assert free.close[:, 0].tolist() == [500, 510]
    assert free.fee.sum() == free.sell_tax.sum() == free.dividend_tax.sum() == 0
    assert free.floor[1, 0] == 0
    assert free.sellable_at_close.tolist() == [0, 0]


@pytest.fixture(scope="module")
def simulated():
    market = simulate(SimulatedMarketOptions(end="2019-12-31"))
    sessions = build_sessions(market.prices)
    return build_panel(market.prices, sessions, market.members, market.sectors), sessions


def test_simulated_prices_come_back_as_they_were_traded(simulated):
    """The simulated exchange trades on ticks and within limits, so that raw bars must show both."""
    panel, sessions = simulated
    bars = make_bars(panel, sessions, RULES)
    bar = (bars.close > 0) & (bars.reference > 0)
    for prices in (bars.open, bars.high, bars.low):
        assert (prices <= bars.ceiling)[bar].all()
        assert (prices >= bars.floor)[bar].all()
    assert (bars.close % bars.tick == 0)[bar].all()
    assert (bars.close == bars.ceiling)[bar].sum() > 20


def test_total_return_of_raw_bars_is_that_of_adjusted_prices(simulated):
    panel, sessions = simulated
    bars = make_bars(panel, sessions, RULES)
    assert bars.bonus.any()
    for stock, symbol in enumerate(bars.symbols):
        close = panel.loc[(panel["symbol"] == symbol) & panel["close"].notna(), "close"]
        rows = bars.close[:, stock] > 0
        shares = np.cumprod(1 + bars.bonus[rows, stock] / 1e6)
        wealth = bars.close[rows, stock] * shares
        np.testing.assert_allclose(wealth / wealth[0], close / close.iloc[0], rtol=2e-5)


def test_fifty_five_stocks_and_three_thousand_sessions_take_less_than_two_seconds():
    panel, _, _ = random_market(0, stocks=1, missing=0)
    dates = np.arange("2012-06-01", "2024-06-01", dtype="datetime64[D]")
    dates = dates[np.is_busday(dates)][:3000].astype("datetime64[us]")
    draw = np.random.default_rng(0)
    panel = pd.concat(
        pd.DataFrame({"symbol": f"S{stock:02d}", "date": dates}) for stock in range(55)
    ).assign(member=True, volume=1e6)
    price = 20_000 + 50.0 * np.cumsum(draw.integers(-5, 6, len(panel))) % 40_000
    panel = panel.assign(**dict.fromkeys((*OHLC, "raw_close"), price))
    sessions = pd.DataFrame({"date": dates, "observed": True})
    start = time.process_time()
    assert make_bars(panel, sessions, RULES).close.shape == (3000, 55)
    assert time.process_time() - start < 2


@pytest.fixture(scope="module")
def real_bars(real_data):
    """Bars of both sources since the limits of 2016: as traded, and adjusted prices alone."""
    members = read_members(real_data / "constituents.csv")
    made = {}
    for folder in ("ohlcv_raw", "ohlcv"):
        prices = read_folder(real_data / folder, symbols=["FPT", "HPG", "VNM", "STB", "SSI"]).prices
        prices = prices[prices["date"] >= "2016-09-12"]
        sessions = build_sessions(prices)
        made[folder] = make_bars(build_panel(prices, sessions, members, {}), sessions, RULES)
    return made


@pytest.mark.real_data
def test_real_prices_as_traded_come_back_to_the_dong(real_bars, real_data):
    bars = real_bars["ohlcv_raw"]
    assert bars.basis == "raw"
    for stock, symbol in enumerate(bars.symbols):
        file = pd.read_csv(real_data / "ohlcv_raw" / f"{symbol}.csv", parse_dates=["date"])
        file = file[(file["date"] >= "2016-09-12") & (file["close"] > 0)]
        place = np.searchsorted(bars.dates, file["date"].to_numpy().astype("datetime64[D]"))
        for name in ("open", "close"):
            prices = (file[name] * 1000).round().astype(int)
            assert getattr(bars, name)[place, stock].tolist() == prices.tolist()


@pytest.mark.real_data
def test_adjusted_prices_tell_most_closes_at_a_limit_and_few_others(real_bars):
    raw, adjusted = real_bars["ohlcv_raw"], real_bars["ohlcv"]
    assert adjusted.basis == "adjusted"
    assert raw.symbols == adjusted.symbols
    shared, in_raw, in_adjusted = np.intersect1d(raw.dates, adjusted.dates, return_indices=True)
    assert len(shared) > 2_000
    for limit in ("ceiling", "floor"):
        truth = (raw.close == getattr(raw, limit))[in_raw] & (raw.reference > 0)[in_raw]
        told = (adjusted.close == getattr(adjusted, limit))[in_adjusted]
        told &= (adjusted.reference > 0)[in_adjusted]
        assert (truth & told).sum() > 0.9 * truth.sum()
        assert (truth & told).sum() > 0.9 * told.sum()
