"""Stops of a list: by hand, never for the same shares twice, and what the backtest does."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tests.trading.order_market import OPEN_TO_ALL, RULES, SMALL, SYMBOLS, options, order_market
from tests.trading.test_orders import DAY, action, holdings_after, worst

from vn30_training.trading.holdings import Holdings
from vn30_training.trading.market_bars import make_bars
from vn30_training.trading.orders import make_orders
from vn30_training.trading.profiles import PROFILES
from vn30_training.trading.rebalancing import decision_rows
from vn30_training.trading.signals_grid import signals_of
from vn30_training.trading.simulation import simulate
from vn30_training.trading.strategies.history import history_of
from vn30_training.trading.strategies.registry import make_strategy

STOPS = {"loss": 0.05, "profit": 0.05}
# Nothing is sold by a plan that keeps all there is.
STILL = {"strategy": "topk_dropout", "options": {**SMALL, "n_drop": 0, "stops": STOPS}}


def listed(shares, price, settled=None, day=DAY, **changes):
    """The list for an account without cash, and its stops by symbol and kind."""
    market = order_market()
    held = Holdings(shares, shares if settled is None else settled, 0, 0, average_price=price)
    given = options(**{**STILL, **changes})
    made = make_orders(market.outlook(day), market.panel, market.sessions, held, given, RULES)
    stops = made.table[made.table["kind"] != "order"]
    return made, stops.set_index(["symbol", "kind"])


def close_of(symbol):
    outlook = order_market().outlook(DAY).set_index("symbol")
    return int(outlook.loc[symbol, "last_close"])


def test_levels_and_orders_by_hand():
    close = close_of("FPT")
    made, stops = listed({"FPT": 700}, {"FPT": close})
    tick = RULES.tick(close, DAY.date())
    loss, profit = stops.loc[("FPT", "stop loss")], stops.loc[("FPT", "take profit")]
    assert loss["level"] == close * 0.95 // tick * tick
    assert profit["level"] == -(close * 1.05 // -tick) * tick
    assert (loss["order_type"], loss["limit_price"]) == ("STOP", loss["floor"])
    assert (profit["order_type"], profit["limit_price"]) == ("LO", profit["level"])
    assert set(stops["shares"]) == {700}
    assert loss["value"] == 700 * loss["level"]
    assert loss["tax"] == (loss["value"] * 1000 + 500_000) // 10**6
    assert loss["reason"] == f"5.0% below the average price {close:,}"
    assert set(made.table["side"]) == {"sell", "keep"}
    assert (made.summary["orders"], made.summary["stops"]) == (0, 2)
    assert made.summary["sold"] == made.summary["turnover"] == 0
    conditional, one_of_two = made.summary["notes"]
    assert conditional.startswith("STOP is the broker's conditional order")
    assert "for the same shares" in one_of_two


@pytest.mark.parametrize(
    ("factor", "kind", "sent", "words"),
    [
        (0.80, "stop loss", None, "is not above the floor: it cannot deal in this session"),
        (1.02, "stop loss", "STOP", "5.0% below the average price"),
        (1.08, "stop loss", "STOP", "already reached, deals at once unless prices open higher"),
        (1.30, "stop loss", "LO", "already passed, offered at the floor"),
        (1.20, "take profit", None, "is above the ceiling: it cannot deal in this session"),
        (1.01, "take profit", "LO", "5.0% above the average price"),
        (0.92, "take profit", "LO", "already reached, deals at once unless prices open lower"),
        (0.70, "take profit", "LO", "already passed, offered at the floor"),
    ],
)
def test_what_a_level_means_in_the_session(factor, kind, sent, words):
    close = close_of("HPG")
    _, stops = listed({"HPG": 500}, {"HPG": close * factor})
    line = stops.loc[("HPG", kind)]
    assert words in line["reason"]
    assert line["shares"] == (500 if sent else 0)
    if sent:
        assert line["order_type"] == sent
        assert line["floor"] <= line["limit_price"] <= line["ceiling"]
    if "passed" in words:
        assert line["limit_price"] == line["floor"]


def test_a_level_in_another_band_of_ticks_can_be_typed():
    market = order_market()
    panel = market.panel.copy()
    own = (panel["symbol"] == "FPT") & (panel["date"] <= DAY)
    scale = 48_500 / close_of("FPT")
    for name in ("open", "high", "low", "close", "raw_close"):
        panel.loc[own, name] *= scale
    held = Holdings({"FPT": 100}, {"FPT": 100}, 0, 0, average_price={"FPT": 48_110})
    made = make_orders(
        market.outlook(DAY), panel, market.sessions, held, options(**STILL), RULES
    ).table.set_index("kind")
    # 48,110 and 5 % are 50,515.5: from 50,000 on, prices go by 100.
    assert made.loc["take profit", "level"] == 50_600
    assert made.loc["stop loss", "level"] == 45_700


def test_an_ex_date_lowers_what_was_paid_as_in_a_backtest():
    market, close = order_market(), close_of("FPT")
    held = Holdings({"FPT": 700}, {"FPT": 700}, 0, 0, average_price={"FPT": close})
    known = market.outlook(DAY), market.panel, market.sessions, held, options(**STILL), RULES
    for given, paid in (
        (action("FPT", "cash", 2_000), close - 2_000),
        (action("FPT", "bonus", ratio=0.25), close / 1.25),
    ):
        stops = make_orders(*known, given).table.set_index("kind")
        loss = stops.loc["stop loss"]
        assert loss["level"] == pytest.approx(paid * 0.95, abs=RULES.tick(close, DAY.date()))
        assert loss["reason"] == f"5.0% below the average price {paid:,.0f}"
        assert (loss["order_type"], loss["shares"]) == ("STOP", 700)


def test_only_settled_shares_with_a_known_price_are_watched():
    shares = {"FPT": 900, "HPG": 800, "VCB": 700}
    settled = {"FPT": 500, "HPG": 0, "VCB": 700}
    price = {name: close_of(name) for name in ("FPT", "HPG")}
    made, stops = listed(shares, price, settled)
    assert set(stops.index.get_level_values("symbol")) == {"FPT"}
    assert set(stops["shares"]) == {500}
    notes = made.summary["notes"]
    assert "no stops for VCB: the holdings have no average_price of them" in notes
    assert "no stops yet for HPG: none of the shares can be sold at the open" in notes


def test_large_and_odd_positions_are_split_as_other_orders_are():
    _, stops = listed({"HPG": 1_000_045}, {"HPG": close_of("HPG")})
    assert stops.loc[("HPG", "stop loss"), "shares"].tolist() == [500_000, 500_000, 45]


@pytest.mark.parametrize("at", ["open", "close"])
def test_what_the_plan_sells_gets_no_second_order(at):
    last = worst()
    own = {**SMALL, "topk": 1, "stops": STOPS}
    made, stops = listed({last: 900}, {last: close_of(last)}, options=own, at=at)
    assert made.table.loc[made.table["shares"] > 0, "shares"].tolist() == [900]
    assert stops.empty
    assert made.summary["notes"] == []


@pytest.mark.parametrize("at", ["open", "close"])
def test_what_the_plan_leaves_of_a_position_is_watched(at):
    weights = {"strategy": "score_weighted", "options": {**OPEN_TO_ALL, "stops": STOPS}}
    names = dict.fromkeys(SYMBOLS, 20_000)
    made, stops = listed(names, {name: close_of(name) for name in names}, at=at, **weights)
    sales = made.table[(made.table["kind"] == "order") & (made.table["side"] == "sell")]
    sold = sales.groupby("symbol")["shares"].sum()
    watched = stops.groupby(level=["symbol", "kind"])["shares"].sum()
    assert ((sold > 0) & (sold < 20_000)).any()
    for (symbol, _), shares in watched[watched > 0].items():
        assert shares + sold.get(symbol, 0) == 20_000
    told = next(note for note in made.summary["notes"] if note.startswith("where a stop deals"))
    ordered = set(
        made.table.loc[(made.table["kind"] == "order") & (made.table["shares"] > 0), "symbol"]
    )
    both = ordered & set(stops.index[stops["shares"] > 0].get_level_values("symbol"))
    assert told.endswith(": " + ", ".join(sorted(both)))


def test_a_strategy_without_stops_has_none():
    made, stops = listed({"FPT": 500}, {"FPT": close_of("FPT")}, options={**SMALL, "n_drop": 0})
    assert stops.empty
    assert made.summary["notes"] == []
    only = {**SMALL, "n_drop": 0, "stops": {"loss": 0.05}}
    _, stops = listed({"FPT": 500}, {"FPT": close_of("FPT")}, options=only)
    assert stops.index.tolist() == [("FPT", "stop loss")]


def test_stops_stand_also_where_nothing_is_decided():
    made, stops = listed({"FPT": 500}, {"FPT": close_of("FPT")}, rebalance="monthly")
    assert made.summary["next_decision"] == "2024-04-01"
    assert len(stops) == 2


class Diary:
    """What was paid for the positions of a backtest, from its fills alone."""

    def __init__(self, bars, fills):
        self.bars, self.fills = bars, fills
        self.held = dict.fromkeys(bars.symbols, 0)
        self.paid = dict.fromkeys(bars.symbols, 0)

    def live_through(self, u):
        for n, name in enumerate(self.bars.symbols):
            dividend = self.held[name] * int(self.bars.cash_dividend[u, n])
            self.paid[name] = max(self.paid[name] - dividend, 0)
            self.held[name] += self.held[name] * int(self.bars.bonus[u, n]) // 10**6
        for fill in self.fills[self.fills["date"] == self.bars.dates[u]].itertuples():
            name, held = fill.symbol, self.held[fill.symbol]
            if fill.filled and fill.side == "buy":
                self.paid[name] += fill.filled * fill.price
                self.held[name] += fill.filled
            elif fill.filled:
                self.paid[name] -= self.paid[name] * fill.filled // held
                self.held[name] -= fill.filled


def dealt(lines, bars, u):
    """What the bars of a session do to stop lines: the kind, the shares, the price before ticks."""
    found = {}
    for symbol, own in lines.groupby("symbol"):
        n = bars.symbols.index(symbol)
        start, volume, floor = bars.open[u, n], bars.volume[u, n], bars.floor[u, n]
        low, high = min(bars.low[u, n], start), max(bars.high[u, n], start)
        if start == 0 or volume == 0:
            continue
        loss, profit = (own[own["kind"] == kind] for kind in ("stop loss", "take profit"))
        if len(loss) and low <= loss["level"].iloc[0]:
            kind, sold, price = "stop loss", loss, min(start, loss["level"].iloc[0])
        elif len(profit) and high >= profit["limit_price"].iloc[0]:
            kind, sold, price = "take profit", profit, profit["limit_price"].iloc[0]
        else:
            continue
        if price > floor:
            found[symbol] = (kind, int(sold["shares"].sum()), int(price))
    return found


@pytest.mark.parametrize("at", ["open", "close"])
def test_following_the_stops_of_the_list_day_by_day_is_the_backtest(at):
    market, own = order_market(), {**SMALL, "stops": {"loss": 0.03, "profit": 0.04}}
    bars = make_bars(market.panel, market.sessions, RULES)
    signals = signals_of(market.forecasts, bars.dates, bars.symbols)
    history = history_of(market.panel, bars.dates, bars.symbols)
    rows = decision_rows(bars.dates, "daily")
    plan = make_strategy("topk_dropout", own).decide(signals, history, rows).plan
    profile = PROFILES["hose"].model_copy(update={"at": at, "participation": None})
    done = simulate(bars, plan, profile, 2_000_000_000, shares=True, fills=True)
    diary, compared = Diary(bars, done.fills), 0
    for t in range(len(bars.dates) - 1):
        diary.live_through(t)
        held = holdings_after(bars, done, t)
        assert held.shares == {name: shares for name, shares in diary.held.items() if shares}
        fills = done.fills[(done.fills["date"] == bars.dates[t + 1]) & (done.fills["filled"] > 0)]
        hit = fills[fills["kind"] != "order"]
        if t < 20 or t % 3 or not held.shares:
            continue
        price = {name: diary.paid[name] / shares for name, shares in held.shares.items()}
        given = options(options=own, at=at)
        made = make_orders(
            market.outlook(pd.Timestamp(bars.dates[t])),
            *(market.panel, market.sessions, replace(held, average_price=price), given, RULES),
        )
        lines = made.table[made.table["shares"] > 0]
        stops, orders = lines[lines["kind"] != "order"], lines[lines["kind"] == "order"]
        theirs = {one.symbol: (one.kind, one.filled, one.market_price) for one in hit.itertuples()}
        # What a plan sells at the close is on the list once; what is known that morning alone
        # (ex-dates, a price step that changes, what is paid at the open) no list of the evening
        # can know.
        other = (
            set(orders["symbol"]) if at == "close" else set(fills["symbol"]) - set(hit["symbol"])
        )
        actions = (bars.bonus[t + 1] > 0) | (bars.cash_dividend[t + 1] > 0)
        other |= {bars.symbols[n] for n in np.flatnonzero(actions)}
        other |= {s for s, (_, _, p) in theirs.items() if step_differs(bars, t + 1, s, p)}
        ours = dealt(stops[~stops["symbol"].isin(other)], bars, t + 1)
        assert ours == {name: one for name, one in theirs.items() if name not in other}
        compared += len(ours)
    assert compared > 10


def step_differs(bars, u, symbol, price):
    here = bars.tick[u, bars.symbols.index(symbol)]
    return RULES.tick(int(price), bars.dates[u].astype(object)) != here
