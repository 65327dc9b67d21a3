"""Orders against the simulator on past days, by hand, and blind to the future."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tests.trading.order_market import (
    OPEN_TO_ALL,
    RULES,
    SMALL,
    SYMBOLS,
    options,
    order_market,
    with_other_future,
)

from vn30_training.trading.holdings import Holdings, only_cash
from vn30_training.trading.market_bars import make_bars
from vn30_training.trading.order_lines import COLUMNS
from vn30_training.trading.orders import make_orders
from vn30_training.trading.plan import TopkDropout
from vn30_training.trading.profiles import PROFILES
from vn30_training.trading.rebalancing import decision_rows
from vn30_training.trading.session_ahead import bars_ahead, limit_price
from vn30_training.trading.signals_grid import signals_of
from vn30_training.trading.simulation import simulate
from vn30_training.trading.strategies.history import history_of
from vn30_training.trading.strategies.registry import make_strategy

DAY = pd.Timestamp("2024-03-15")
CAPITAL = 2_000_000_000
STRATEGIES = {
    "topk_dropout": SMALL,
    "threshold": {**OPEN_TO_ALL, "enter": 0.002, "positions": 6},
    "score_weighted": OPEN_TO_ALL,
}


def orders(holdings, market=None, day=DAY, actions=None, **changes):
    market = market or order_market()
    given = market.outlook(day), market.panel, market.sessions, holdings, options(**changes), RULES
    return make_orders(*given, actions)


def all_settled(shares, cash=0):
    return Holdings(shares, shares, cash, cash)


def backtest(name, own, at):
    """The bars, the plan of a strategy over all days, and its simulation."""
    market = order_market()
    bars = make_bars(market.panel, market.sessions, RULES)
    signals = signals_of(market.forecasts, bars.dates, bars.symbols)
    history = history_of(market.panel, bars.dates, bars.symbols)
    rows = decision_rows(bars.dates, "daily")
    plan = make_strategy(name, own).decide(signals, history, rows).plan
    profile = PROFILES["hose"].model_copy(update={"at": at})
    return bars, plan, simulate(bars, plan, profile, CAPITAL, shares=True, fills=True)


def holdings_after(bars, simulation, t):
    """What the simulated account owned at the close of row t, as its owner would write it down."""
    names = [n for n in range(len(bars.symbols)) if simulation.shares[0, t, n]]
    fills = simulation.fills
    bought = fills[(fills["side"] == "buy") & (fills["filled"] > 0)]
    shares, settled, bought_on = {}, {}, {}
    for n in names:
        symbol, held = bars.symbols[n], int(simulation.shares[0, t, n])
        own = bought[(bought["symbol"] == symbol) & (bought["date"] <= bars.dates[t])]
        waiting = own[own["date"] > bars.dates[t - 2]]["filled"].sum()
        shares[symbol], settled[symbol] = held, held - int(waiting)
        bought_on[symbol] = own["date"].max().date()
    cash = int(simulation.cash[0, t])
    return Holdings(shares, settled, cash, cash - int(simulation.receivable[0, t]), bought_on)


def decided_and_held_agree(plan, simulation, t):
    """Whether a rule on what was decided before can be followed from what is held."""
    if isinstance(plan, TopkDropout):
        return True
    before = np.flatnonzero(~np.isnan(plan.weights[:t]).any(axis=1))
    return before.size and ((plan.weights[before[-1]] > 0) == (simulation.shares[0, t] > 0)).all()


def wanted_by(fills, names):
    """Shares wanted by symbol, of these names alone; purchases forbidden at a limit in lots too."""
    own = fills[fills["symbol"].isin(names)]
    lots = (own["side"] == "buy") & (own["reason"] != "lot")
    wanted = own["wanted"].where(~lots, own["wanted"] // 100 * 100)
    return dict(zip(own["symbol"], wanted, strict=True))


@pytest.mark.parametrize("at", ["close", "open"])
@pytest.mark.parametrize("name", STRATEGIES)
def test_the_orders_of_a_past_day_are_what_the_simulator_wanted(name, at):
    own = STRATEGIES[name]
    bars, plan, simulation = backtest(name, own, at)
    compared = 0
    for t in range(20, len(bars.dates) - 1, 4):
        silent = not isinstance(plan, TopkDropout) and np.isnan(plan.weights[t]).all()
        if silent or not decided_and_held_agree(plan, simulation, t):
            continue
        held = holdings_after(bars, simulation, t)
        day = pd.Timestamp(bars.dates[t])
        table = orders(held, day=day, strategy=name, options=own, at=at).table
        wanted = table[table["wanted"] > 0].drop_duplicates("symbol")
        fills = simulation.fills[simulation.fills["date"] == bars.dates[t + 1]]
        # Nobody is told of bonus shares before their ex-date, which is the day of these orders.
        known = [bars.symbols[n] for n in np.flatnonzero(bars.bonus[t + 1] == 0)]
        ours = wanted[wanted["symbol"].isin(known)].set_index("symbol")["wanted"].to_dict()
        assert ours == wanted_by(fills, known)
        compared += len(ours)
    assert compared > 20


@pytest.mark.parametrize("name", STRATEGIES)
def test_what_happens_after_the_day_changes_no_order(name):
    held = all_settled({"FPT": 12_345, "VCB": 400}, 500_000_000)
    market = order_market()
    before = orders(held, market, strategy=name, options=STRATEGIES[name])
    other = with_other_future(market, DAY)
    after = orders(held, other, strategy=name, options=STRATEGIES[name])
    assert not market.panel.equals(other.panel)
    pd.testing.assert_frame_equal(before.table, after.table, check_exact=True)
    assert before.summary == after.summary
    short = replace(market, panel=market.panel[market.panel["date"] <= DAY])
    again = orders(held, short, strategy=name, options=STRATEGIES[name])
    pd.testing.assert_frame_equal(before.table, again.table, check_exact=True)


def test_an_empty_account_buys_the_best_with_cash_for_the_highest_price():
    made = orders(only_cash(CAPITAL))
    table = made.table
    assert list(table.columns) == list(COLUMNS)
    assert set(table["side"]) == {"buy"}
    bought = table[table["shares"] > 0]
    assert bought["rank"].tolist() == sorted(bought["rank"])
    assert bought["rank"].max() <= 4
    assert (bought["shares"] % 100 == 0).all()
    assert (bought["order_type"] == "ATC").all()
    assert bought["limit_price"].isna().all()
    assert bought["value"].tolist() == (bought["shares"] * bought["last_close"]).tolist()
    assert bought["fee"].tolist() == [(v * 1500 + 500_000) // 10**6 for v in bought["value"]]
    most = (bought["shares"] * bought["ceiling"] * 1.0015).sum()
    assert most <= CAPITAL
    assert most == pytest.approx(made.summary["set_aside"], abs=10)
    assert made.summary["cash_after"] == CAPITAL - bought["value"].sum() - bought["fee"].sum()
    assert (bought["tax"] == 0).all()


def test_limits_and_closes_are_those_of_the_exchange():
    market = order_market()
    table = orders(only_cash(CAPITAL)).table.set_index("symbol")
    outlook = market.outlook(DAY).set_index("symbol").loc[table.index]
    for name in ("last_close", "ceiling", "floor", "rank"):
        assert table[name].astype(int).tolist() == outlook[name].astype(int).tolist()


def worst(market=None):
    """The symbol that TopkDropout drops first."""
    return (market or order_market()).outlook(DAY).sort_values("rank")["symbol"].iloc[-1]


def test_a_holding_is_sold_in_lots_and_its_odd_rest_apart():
    last = worst()
    made = orders(all_settled({last: 1_000_345}), options={**SMALL, "topk": 1})
    sales = made.table[made.table["side"] == "sell"]
    assert sales["shares"].tolist() == [500_000, 500_000, 300, 45]
    assert sales["order_type"].tolist() == ["ATC", "ATC", "ATC", "LO"]
    assert sales["limit_price"].iloc[-1] == sales["last_close"].iloc[-1]
    assert (sales["tax"] == (sales["value"] * 1000 + 500_000) // 10**6).all()
    assert sales["reason"].iloc[0] == f"rank {len(SYMBOLS)}: makes room"
    assert "mean volume" in sales["warning"].iloc[0]


def test_unsettled_shares_are_not_sold_and_the_reason_is_given():
    last = worst()
    waiting = Holdings({last: 500}, {last: 0}, CAPITAL, CAPITAL)
    line = orders(waiting, options={**SMALL, "topk": 1}).table.set_index("symbol").loc[last]
    assert (line["side"], line["shares"]) == ("keep", 0)
    assert line["reason"].endswith("would make room, but is too new or not settled")
    weights = {"strategy": "score_weighted", "options": OPEN_TO_ALL}
    line = orders(waiting, **weights).table.set_index("symbol").loc[last]
    assert (line["side"], line["shares"]) == ("sell", 0)
    assert line["reason"].endswith("; not settled yet")


def test_shares_bought_a_session_before_can_be_sold_at_the_close_but_not_at_the_open():
    last, days = worst(), order_market().days
    before = days[days.get_loc(DAY) - 1].date()
    bought = Holdings({last: 500}, {last: 0}, 0, 0, {last: before})
    for at, side in (("close", "sell"), ("open", "keep")):
        table = orders(bought, options={**SMALL, "topk": 1}, at=at).table.set_index("symbol")
        assert table["side"][last] == side


def test_cash_on_its_way_buys_nothing():
    made = orders(Holdings({}, {}, CAPITAL, 0))
    assert (made.table["shares"] == 0).all()
    assert made.table["reason"].str.endswith("; usable cash falls short at the highest price").all()
    assert made.summary["cash_usable"] == 0
    assert made.summary["nav"] == CAPITAL


def test_less_than_a_lot_is_not_sent():
    best = order_market().outlook(DAY).sort_values("rank").iloc[0]
    account = only_cash(80 * int(best["last_close"]))
    (line,) = orders(account, options={**SMALL, "topk": 1}).table.to_dict("records")
    assert (line["side"], line["shares"]) == ("buy", 0)
    assert line["reason"].endswith("; less than a lot")
    weights = {"strategy": "score_weighted", "options": OPEN_TO_ALL}
    table = orders(all_settled(dict.fromkeys(SYMBOLS, 100)), **weights).table
    crumbs = table[table["reason"].str.endswith("less than a lot away")]
    assert len(crumbs) > 0
    assert (crumbs["side"] == "keep").all()
    assert (crumbs["wanted"] < 100).all()


def test_a_rule_on_what_is_held_looks_at_the_account():
    names = order_market().outlook(DAY).sort_values("rank")["symbol"]
    best, last = names.iloc[0], names.iloc[-1]
    never = {**OPEN_TO_ALL, "enter": 0.5, "leave": 0.0, "positions": 10}
    threshold = {"strategy": "threshold", "options": never}
    assert orders(only_cash(CAPITAL), **threshold).summary["orders"] == 0
    table = orders(all_settled({best: 500, last: 500}), **threshold).table.set_index("symbol")
    assert (table["side"][last], table["shares"][last]) == ("sell", 500)
    assert table["shares"][best] < 500
    stays = orders(all_settled({best: 500}), **threshold)
    assert stays.table["side"].tolist() == ["keep"]
    assert stays.summary["notes"] == ["nothing is decided today"]


def test_what_is_too_new_stays():
    last, days = worst(), order_market().days
    since = days[days.get_loc(DAY) - 3].date()
    held = Holdings({last: 500}, {last: 500}, 0, 0, {last: since})
    for least, side in ((4, "sell"), (5, "keep")):
        own = {**SMALL, "topk": 1, "hold_thresh": least}
        table = orders(held, options=own).table.set_index("symbol")
        assert table["side"][last] == side


def test_limit_orders_carry_a_price_ticks_away():
    bought = orders(only_cash(CAPITAL), limit_ticks=2).table.query("shares > 0")
    assert (bought["order_type"] == "LO").all()
    ticks = RULES.ticks(bought["last_close"].to_numpy(), DAY.date())
    assert bought["limit_price"].tolist() == (bought["last_close"] + 2 * ticks).tolist()
    assert bought["value"].tolist() == (bought["shares"] * bought["limit_price"]).tolist()
    sold = orders(all_settled({worst(): 300}), options={**SMALL, "topk": 1}, limit_ticks=500).table
    sale = sold.set_index("symbol").loc[worst()]
    assert sale["side"] == "sell"
    assert sale["limit_price"] == sale["floor"]


def test_ticks_are_counted_through_the_bands():
    market = order_market()
    bars = bars_ahead(market.panel, market.sessions, DAY, RULES)
    edge = replace(
        bars,
        reference=np.full_like(bars.reference, 9_990),
        ceiling=np.full_like(bars.ceiling, 10_650),
        floor=np.full_like(bars.floor, 9_300),
    )
    assert [limit_price(edge, 0, RULES, k) for k in (-1, 0, 1, 2)] == [9_980, 9_990, 10_000, 10_050]
    above = replace(edge, reference=np.full_like(bars.reference, 10_050))
    assert [limit_price(above, 0, RULES, k) for k in (-1, -2)] == [10_000, 9_990]


AHEAD = pd.Timestamp("2024-03-18")


def action(symbol, kind, cash=np.nan, ratio=np.nan, day=AHEAD):
    row = [symbol, day, kind, cash, ratio]
    return pd.DataFrame([row], columns=["symbol", "ex_date", "kind", "cash_vnd", "ratio"])


def test_an_ex_date_ahead_moves_reference_price_ceiling_and_floor_of_its_stock():
    market = order_market()
    before = bars_ahead(market.panel, market.sessions, DAY, RULES)
    n = before.symbols.index("FPT")
    close = int(before.reference[-1, n])
    for given, left in (
        (action("FPT", "cash", 2_000), close - 2_000),
        (action("FPT", "bonus", ratio=0.25), close / 1.25),
        (action("FPT", "rights", 10_000, 0.5), (close + 5_000) / 1.5),
    ):
        bars = bars_ahead(market.panel, market.sessions, DAY, RULES, given)
        assert bars.reference[-1, n] == pytest.approx(left, abs=0.5)
        assert bars.ceiling[-1, n] == pytest.approx(left * 1.07, abs=100)
        assert bars.floor[-1, n] == pytest.approx(left * 0.93, abs=100)
        for name in ("reference", "ceiling", "floor"):
            one, other = (np.delete(getattr(made, name), n, axis=1) for made in (before, bars))
            assert (one == other).all()


def test_on_an_ex_date_orders_are_priced_by_what_is_left_and_say_so():
    best = order_market().outlook(DAY).sort_values("rank")["symbol"].iloc[0]
    given = action(best, "bonus", ratio=1.0)
    plain, ex = (
        orders(only_cash(CAPITAL), actions=one, options={**SMALL, "topk": 1})
        for one in (None, given)
    )
    (before,), (after,) = (made.table.to_dict("records") for made in (plain, ex))
    assert after["last_close"] == before["last_close"]
    assert after["ceiling"] == pytest.approx(before["ceiling"] / 2, rel=0.01)
    assert after["shares"] == pytest.approx(2 * before["shares"], rel=0.02)
    assert after["value"] == pytest.approx(before["value"], rel=0.02)
    assert after["warning"].startswith("ex-date: the reference price is ")
    assert ex.summary["ex_dates"] == [best]
    assert orders(only_cash(CAPITAL), actions=given, day=AHEAD).summary["ex_dates"] == []


def test_what_an_ex_date_brings_is_neither_sold_nor_spent():
    last = worst()
    sold = orders(
        all_settled({last: 1_000}),
        actions=action(last, "bonus", ratio=1.0),
        options={**SMALL, "topk": 1},
    ).table
    assert sold.loc[sold["side"] == "sell", "shares"].tolist() == [1_000]
    best = order_market().outlook(DAY).sort_values("rank")["symbol"].iloc[0]
    rich = all_settled({best: 1_000_000})
    made = orders(rich, actions=action(best, "cash", 5_000))
    assert made.summary["cash_usable"] == 0
    assert (made.table.loc[made.table["side"] == "buy", "shares"] == 0).all()


def test_on_adjusted_prices_the_file_of_actions_has_no_effect_and_that_is_said():
    market = order_market()
    adjusted = replace(market, panel=market.panel.drop(columns="raw_close"))
    given = action("FPT", "cash", 2_000)
    one, other = (orders(only_cash(CAPITAL), adjusted, actions=table) for table in (None, given))
    pd.testing.assert_frame_equal(one.table, other.table)
    told = "adjusted prices: the file of corporate actions has no effect"
    assert other.summary["notes"] == [*one.summary["notes"], told]
    assert other.summary["ex_dates"] is None


def test_a_row_of_no_shares_needs_no_stop():
    nothing = Holdings({"ACB": 0}, {"ACB": 0}, 0, 0, average_price={"ACB": 10_000})
    stops = {**SMALL, "stops": {"loss": 0.05, "profit": 0.15}}
    assert len(orders(nothing, options=stops).table) == 0


@pytest.mark.parametrize(("at", "hours"), [("open", "09:00-09:15"), ("close", "14:30-14:45")])
def test_the_hours_of_the_auction_are_told(at, hours):
    assert orders(only_cash(CAPITAL), at=at).summary["auction"] == hours


def test_between_two_decisions_nothing_is_sent():
    made = orders(all_settled({worst(): 300}, CAPITAL), rebalance="weekly")
    assert DAY.weekday() == 4
    assert made.table["side"].tolist() == ["keep"]
    (note,) = made.summary["notes"]
    assert note == (
        "nothing is decided today, only at the close of the first session of a week; no list of "
        "before left anything to be tried again"
    )
    assert made.summary["next_decision"] == "2024-03-18"
    monday = pd.Timestamp("2024-03-18")
    assert orders(only_cash(CAPITAL), day=monday, rebalance="weekly").summary["orders"] > 0


def test_an_account_without_anything_has_no_lines():
    made = orders(only_cash(CAPITAL), rebalance="weekly")
    nothing = orders(only_cash(0))
    for one in (made, nothing):
        assert len(one.table) == 0
        assert one.table.dtypes.astype(str).to_dict() == COLUMNS
        assert one.summary["orders"] == one.summary["turnover"] == 0


def test_that_prices_are_not_as_traded_is_said():
    market = order_market()
    adjusted = replace(market, panel=market.panel.drop(columns="raw_close"))
    assert "adjusted prices" in orders(only_cash(CAPITAL), adjusted).summary["notes"][0]


def test_a_stock_without_recent_trade_is_warned_of():
    market, last = order_market(), worst()
    panel = market.panel.copy()
    gone = (panel["symbol"] == last) & (panel["date"] > "2024-03-12") & (panel["date"] <= DAY)
    panel.loc[gone, ["open", "high", "low", "close", "raw_close", "volume"]] = np.nan
    made = orders(all_settled({last: 300}), replace(market, panel=panel))
    warnings = made.table.set_index("symbol")["warning"]
    assert warnings[last] == "no trade since 2024-03-12"
    assert (warnings.drop(last) == "").all()


def test_forecasts_that_are_not_there_are_named():
    with pytest.raises(ValueError, match="No forecasts of lstm pooled; there are ridge pooled"):
        orders(only_cash(CAPITAL), model="lstm")


def test_without_a_session_ahead_there_are_no_orders():
    market = order_market()
    with pytest.raises(ValueError, match="No session after 2024-03-15 is known"):
        bars_ahead(market.panel, market.sessions[market.sessions["date"] <= DAY], DAY, RULES)


def test_the_whole_account_adds_up():
    market = order_market()
    names = market.outlook(DAY).sort_values("rank")["symbol"]
    held = all_settled({names.iloc[0]: 1_234, names.iloc[-1]: 5_678}, 300_000_000)
    made = orders(held, options={**SMALL, "topk": 2})
    told, table = made.summary, made.table
    close = table.drop_duplicates("symbol").set_index("symbol")["last_close"]
    nav = 300_000_000 + sum(held.shares[symbol] * close[symbol] for symbol in held.shares)
    assert told["nav"] == nav
    assert told["bought"] == table.loc[table["side"] == "buy", "value"].sum() > 0
    assert told["sold"] == table.loc[table["side"] == "sell", "value"].sum() > 0
    assert told["cash_after"] == told["cash_before"] - told["bought"] + told["sold"] - (
        told["fees"] + told["taxes"]
    )
    assert told["turnover"] == pytest.approx((told["bought"] + told["sold"]) / nav)
    assert told["invested_before"] == pytest.approx(1 - 300_000_000 / nav)
    assert table["side"].tolist() == sorted(table["side"], key=["sell", "buy", "keep"].index)
    # Not before the sale has settled can its cash be spent.
    assert told["set_aside"] <= told["cash_usable"] == 300_000_000
