"""Each rule switched on alone moves a known case by the known amount."""

import numpy as np
import pytest
from tests.trading.markets import at, plain_bars

from vn30_training.trading.plan import Stops, Weights
from vn30_training.trading.profiles import PROFILES
from vn30_training.trading.simulation import simulate

FREE = PROFILES["frictionless"]
CAPITAL = 10_000_000
FLAT = [[10_000]] * 6
BUY_THEN_SELL = np.array([[1.0], [np.nan], [0.0], [np.nan], [np.nan], [np.nan]])
HOLD = np.array([[1.0], [np.nan], [np.nan], [np.nan], [np.nan], [np.nan]])


def run(bars, weights=BUY_THEN_SELL, patience=0, stops=None, **rules):
    plan = Weights(weights, patience=patience, stops=stops or Stops())
    profile = FREE.model_copy(update=rules)
    return simulate(bars, plan, profile, CAPITAL, shares=True, fills=True)


def gain(simulation):
    return int(simulation.nav[0, -1]) - CAPITAL


def reasons(simulation):
    return {(r.side, r.reason): r.orders for r in simulation.reasons.itertuples()}


def test_without_rules_a_flat_market_gives_everything_back():
    simulation = run(plain_bars(FLAT))
    assert gain(simulation) == 0
    assert simulation.shares[0, :, 0].tolist() == [0, 1000, 1000, 0, 0, 0]
    assert simulation.turnover[0].tolist() == [0, CAPITAL, 0, CAPITAL, 0, 0]
    assert simulation.exposure[0].tolist() == [0, 1, 1, 0, 0, 0]


def test_a_fee_is_paid_twice_and_leaves_less_to_buy():
    simulation = run(plain_bars(FLAT), fee_ppm=1500)
    # 998 shares and 14,970 of fee fit into 10,000,000; 999 do not.
    assert simulation.shares[0, 1, 0] == 998
    assert gain(simulation) == -2 * 14_970
    assert reasons(simulation) == {("buy", "cash"): 1}


def test_a_fee_is_rounded_half_up_and_at_least_the_minimum():
    bars = plain_bars([[1_001]] * 6)
    weights = BUY_THEN_SELL * (1_001 * 3 / CAPITAL)
    assert gain(run(bars, weights, fee_ppm=1500)) == -2 * 5  # 4.5 of 3,003
    assert gain(run(bars, weights, fee_ppm=1500, min_fee=300)) == -2 * 300


def test_a_sale_worth_less_than_its_costs_takes_no_cash():
    bars = plain_bars([[1_000]] * 6)
    weights = BUY_THEN_SELL * 1_000 / CAPITAL
    simulation = run(bars, weights, sell_tax=True, min_fee=5_000)
    assert simulation.cash[0, -1] == CAPITAL - 1_000 - 1_000
    assert (simulation.fees + simulation.taxes)[0].tolist() == [0, 1_000, 0, 1_000, 0, 0]


def test_the_tax_on_sales_is_paid_on_losses_too():
    falling = plain_bars([[10_000], [10_000], [10_000], [8_000], [8_000], [8_000]])
    simulation = run(falling, sell_tax=True)
    assert gain(simulation) == -2_000_000 - 8_000
    assert simulation.taxes.sum() == 8_000


def test_slippage_costs_a_tick_each_way():
    simulation = run(plain_bars(FLAT), BUY_THEN_SELL / 2, slippage_ticks=1)
    assert gain(simulation) == -2 * 500 * 10
    assert simulation.slippage.sum() == 2 * 500 * 10


def test_slippage_never_passes_a_limit():
    limits = {"ceiling": [[10_005]] * 6, "floor": [[9_998]] * 6}
    simulation = run(plain_bars(FLAT, **limits), BUY_THEN_SELL / 2, slippage_ticks=1, limits=True)
    assert gain(simulation) == -500 * (5 + 2)


def test_impact_grows_with_the_share_of_volume():
    # 500 of 10,000 shares are 5 %; at 4 basis points a per cent 20 bp of 10,000 VND.
    bars = plain_bars(FLAT, volume=[[10_000]] * 6)
    assert gain(run(bars, BUY_THEN_SELL / 2, impact=4)) == -2 * 500 * 20


def test_participation_fills_a_part_and_the_rest_later_if_patient():
    bars = plain_bars(FLAT, volume=[[4_000]] * 6)
    once = run(bars, HOLD, participation=0.1)
    assert once.shares[0, :, 0].tolist() == [0, 400, 400, 400, 400, 400]
    assert reasons(once) == {("buy", "participation"): 1}
    patient = run(bars, HOLD, participation=0.1, patience=2)
    assert patient.shares[0, :, 0].tolist() == [0, 400, 800, 1000, 1000, 1000]


def test_lots_round_down():
    bars = plain_bars([[11_000]] * 6, lot=[100] * 6)
    assert run(bars, HOLD, lots=True).shares[0, 1, 0] == 900
    assert run(bars, HOLD, lots=False).shares[0, 1, 0] == 909
    assert reasons(run(bars, HOLD / 10, lots=True)) == {("buy", "lot"): 1}


def test_a_locked_ceiling_refuses_buyers_only():
    bars = plain_bars(FLAT, ceiling=at((6, 1), 1, 10_000) + at((6, 1), 3, 10_000))
    simulation = run(bars, limits=True)
    assert reasons(simulation) == {("buy", "at ceiling"): 1}
    later = run(bars, limits=True, patience=1)
    assert later.shares[0, :, 0].tolist() == [0, 0, 1000, 0, 0, 0]


def test_a_locked_floor_refuses_sellers_only():
    bars = plain_bars(FLAT, floor=at((6, 1), 1, 10_000) + at((6, 1), 3, 10_000))
    simulation = run(bars, limits=True)
    assert reasons(simulation) == {("sell", "at floor"): 1}
    assert simulation.shares[0, :, 0].tolist() == [0, 1000, 1000, 1000, 1000, 1000]


@pytest.mark.parametrize(("name", "reason"), [("close", "no bar"), ("volume", "no volume")])
def test_nothing_trades_without_a_bar_or_volume(name, reason):
    gap = np.array(FLAT)
    gap[1] = 0
    full = {"close": gap, "volume": np.array(FLAT)} if name == "close" else {"volume": gap}
    simulation = run(plain_bars(**{"close": FLAT} | full))
    assert reasons(simulation) == {("buy", reason): 1}


def test_shares_and_cash_wait_for_settlement():
    weights = np.array([[1.0, 0], [0, 0], [0, 1.0], [0, 1.0], [0, 1.0], [np.nan] * 2])
    wait = {f"{what}_at_open": [3] * 6 for what in ("sellable", "cash")}
    wait |= {f"{what}_at_close": [2] * 6 for what in ("sellable", "cash")}
    bars = plain_bars([[10_000, 10_000]] * 6, **wait)
    simulation = run(bars, weights, settlement="dated")
    # Bought in 1, sold at the close of 3, whose cash buys at the close of 5.
    assert simulation.shares[0, :, 0].tolist() == [0, 1000, 1000, 0, 0, 0]
    assert simulation.shares[0, :, 1].tolist() == [0, 0, 0, 0, 0, 1000]
    assert simulation.receivable[0].tolist() == [0, 0, 0, CAPITAL, CAPITAL, 0]
    assert reasons(simulation) == {("sell", "unsettled"): 1, ("buy", "cash"): 2}
    morning = run(bars, weights, settlement="dated", at="open")
    assert morning.shares[0, :, 0].tolist() == [0, 1000, 1000, 1000, 0, 0]


@pytest.mark.parametrize(("cash", "bought"), [(0, 3), (1, 4), (2, 5)])
def test_cash_waits_by_a_rule_of_its_own(cash, bought):
    weights = np.array([[1.0, 0], [0, 0], [0, 1.0], [0, 1.0], [0, 1.0], [np.nan] * 2])
    wait = {"sellable_at_close": [2] * 6, "cash_at_close": [cash] * 6}
    simulation = run(plain_bars([[10_000, 10_000]] * 6, **wait), weights, settlement="dated")
    assert simulation.shares[0, :, 0].tolist() == [0, 1000, 1000, 0, 0, 0]
    assert simulation.shares[0, :, 1].nonzero()[0][0] == bought


def test_an_order_for_an_auction_that_was_not_held_trades_later():
    bars = plain_bars(FLAT, closing_auction=[True, False, True, True, True, True])
    assert run(bars, HOLD, limits=True).shares[0, :, 0].tolist() == [0] * 6
    patient = run(bars, HOLD, limits=True, patience=1)
    assert patient.shares[0, :, 0].tolist() == [0, 0, 1000, 1000, 1000, 1000]
    assert reasons(patient) == {("buy", "no auction"): 1}
    assert patient.nav[0].tolist() == [CAPITAL] * 6
    assert run(bars, HOLD, limits=True, at="open").shares[0, 1, 0] == 1000
    assert run(bars, HOLD).shares[0, 1, 0] == 1000


def test_what_stands_at_an_old_price_is_told():
    prices = [[10_000], [10_000], [0], [0], [9_000], [9_000]]
    simulation = run(plain_bars(prices), HOLD)
    assert simulation.unpriced[0].tolist() == [0, 0, CAPITAL, CAPITAL, 0, 0]


def test_a_large_order_is_sent_in_parts():
    simulation = run(plain_bars(FLAT, max_order=[300] * 6), HOLD)
    assert simulation.fills["orders"].tolist() == [4]
    assert simulation.fills["filled"].tolist() == [1000]


def test_a_dividend_is_paid_less_tax_to_holders_before_the_ex_date():
    prices = [[10_000], [10_000], [9_000], [9_000], [9_000], [9_000]]
    bars = plain_bars(prices, cash_dividend=at((6, 1), 2, 1_000))
    assert gain(run(bars, HOLD)) == 0
    assert gain(run(bars, HOLD, dividend_tax=True)) == -50_000
    late = np.array([[0.0], [1.0], *[[np.nan]] * 4])
    assert run(bars, late).dividends.sum() == 0


@pytest.mark.parametrize(
    ("prices", "target", "tax"),
    [
        # 250 of 1,250 shares are taxed, first of all, at 5 % of their par value or their price.
        ([10_000, 10_000, 12_000, 12_000], 0.0, 250 * 10_000 * 5 // 100),
        ([10_000, 10_000, 12_000, 12_000], 12.6 / 15, 200 * 10_000 * 5 // 100),
        ([10_000, 10_000, 8_000, 8_000], 0.0, 250 * 8_000 * 5 // 100),
    ],
)
def test_bonus_shares_are_taxed_when_they_are_sold(prices, target, tax):
    shape, weights = (4, 1), np.array([[1.0], [np.nan], [target], [np.nan]])
    bonus = {"bonus": at(shape, 2, 250_000), "taxed_bonus": at(shape, 2, 250_000)}
    bars = plain_bars(np.reshape(prices, shape), bonus_tax=[50_000] * 4, **bonus)
    assert run(bars, weights, dividend_tax=True).taxes[0].tolist() == [0, 0, 0, tax]
    assert run(bars, weights).taxes.sum() == 0
    split = plain_bars(np.reshape(prices, shape), bonus_tax=[50_000] * 4, bonus=bonus["bonus"])
    assert run(split, weights, dividend_tax=True).taxes.sum() == 0


def test_bonus_shares_leave_an_odd_rest_sold_with_the_position_or_where_allowed():
    prices = [[10_000], [10_000], [8_000], [8_000], [8_000], [8_000]]
    lots = {"lot": [100] * 6, "bonus": at((6, 1), 2, 250_000)}
    weights = np.array([[0.3], [np.nan], [np.nan], [0.24], [0.0], [np.nan]])
    simulation = run(plain_bars(prices, **lots), weights, lots=True)
    assert simulation.shares[0, :, 0].tolist() == [0, 300, 375, 375, 375, 0]
    assert gain(simulation) == 0
    partly = np.array([[0.3], [np.nan], [np.nan], [0.16], [np.nan], [np.nan]])
    strict = run(plain_bars(prices, **lots), partly, lots=True)
    free = run(plain_bars(prices, odd_lots=[True] * 6, **lots), partly, lots=True)
    assert strict.shares[0, -1, 0] == 275
    assert free.shares[0, -1, 0] == 200


def test_a_suspended_stock_keeps_its_worth_over_its_ex_date():
    prices = [[10_000], [10_000], [0], [7_200], [7_200], [7_200]]
    bars = plain_bars(prices, bonus=at((6, 1), 2, 250_000), cash_dividend=at((6, 1), 2, 1_000))
    assert run(bars, HOLD).nav[0].tolist() == [CAPITAL] * 6


def test_the_cap_binds_at_the_decision_and_lets_prices_carry_a_position_above():
    bars = plain_bars([[10_000], [10_000], [20_000], [20_000], [20_000], [20_000]])
    plan = Weights(HOLD, max_weight=0.2)
    simulation = simulate(bars, plan, FREE, CAPITAL)
    np.testing.assert_allclose(simulation.exposure[0, [1, 2]], [0.2, 1 / 3])


@pytest.mark.parametrize(
    ("low", "high", "opened", "floor", "kind", "price"),
    [
        (9_400, 10_000, 10_000, 9_300, "stop loss", 9_500),
        (9_400, 9_450, 9_450, 9_300, "stop loss", 9_450),
        (9_400, 12_000, 10_000, 9_300, "stop loss", 9_500),
        (9_900, 11_500, 10_000, 9_300, "take profit", 11_500),
        (9_900, 12_000, 11_800, 9_300, "take profit", 11_500),
        (9_510, 11_490, 10_000, 9_300, None, None),
        (9_300, 9_300, 9_300, 9_300, "stop loss", None),
        (9_300, 9_900, 9_300, 9_300, "stop loss", None),
    ],
)
def test_a_stop_deals_at_the_worse_price(low, high, opened, floor, kind, price):
    bars = plain_bars(
        FLAT,
        open=np.array(FLAT) + at((6, 1), 3, opened - 10_000),
        high=np.array(FLAT) + at((6, 1), 3, high - 10_000),
        low=np.array(FLAT) + at((6, 1), 3, low - 10_000),
        floor=at((6, 1), 3, floor),
    )
    simulation = run(bars, HOLD, stops=Stops(0.05, 0.15), limits=True)
    stops = simulation.fills[simulation.fills["kind"] != "order"]
    assert stops["kind"].tolist() == ([kind] if kind else [])
    assert stops.loc[stops["filled"] > 0, "price"].tolist() == ([price] if price else [])
    both = low <= 9_500 and high >= 11_500
    expected = [kind == "stop loss" and bool(price), kind == "take profit", both]
    assert simulation.stops[0].tolist() == [*expected, bool(kind and not price)]


def test_a_stop_waits_until_the_morning_after_settlement():
    prices = [[10_000], [10_000], [9_000], [9_000], [9_000], [9_000]]
    wait = {"sellable_at_open": [3] * 6, "sellable_at_close": [2] * 6}
    simulation = run(plain_bars(prices, **wait), HOLD, stops=Stops(loss=0.05), settlement="dated")
    assert simulation.shares[0, :, 0].tolist() == [0, 1000, 1000, 1000, 0, 0]
    assert simulation.stops[0].tolist() == [1, 0, 0, 2]
    assert reasons(simulation) == {("sell", "unsettled"): 2}


def test_a_stop_that_cannot_sell_leaves_the_sale_to_the_plan():
    prices = [[10_000], [10_000], [10_000], [9_400], [9_400], [9_400]]
    bars = plain_bars(
        prices,
        open=[[10_000]] * 3 + [[9_300]] * 3,
        low=[[10_000]] * 3 + [[9_300]] * 3,
        floor=at((6, 1), 3, 9_300),
    )
    simulation = run(bars, BUY_THEN_SELL, stops=Stops(loss=0.05), limits=True)
    assert simulation.stops[0].tolist() == [0, 0, 0, 1]
    assert simulation.shares[0, :, 0].tolist() == [0, 1000, 1000, 0, 0, 0]


def test_after_a_stop_the_plan_buys_no_more_until_it_decides_anew():
    bars = plain_bars(
        [[10_000], [10_000], [9_000], [9_000], [9_000], [9_000]], volume=[[5_000]] * 6
    )
    simulation = run(bars, HOLD, stops=Stops(loss=0.05), participation=0.1, patience=4)
    assert simulation.shares[0, :, 0].tolist() == [0, 500, 0, 0, 0, 0]


def test_dividends_do_not_trigger_a_stop():
    prices = [[10_000], [10_000], [9_000], [9_000], [9_000], [9_000]]
    bars = plain_bars(prices, cash_dividend=at((6, 1), 2, 1_000))
    assert run(bars, HOLD, stops=Stops(loss=0.05)).stops.sum() == 0
    halves = [[10_000], [10_000], [5_000], [5_000], [5_000], [5_000]]
    split = plain_bars(halves, bonus=at((6, 1), 2, 1_000_000))
    assert run(split, HOLD, stops=Stops(loss=0.05)).stops.sum() == 0


def test_cash_goes_to_the_highest_weight_first():
    bars = plain_bars([[10_000, 10_000, 10_000]] * 6)
    weights = np.full((6, 3), np.nan)
    weights[0] = [0.3, 0.4, 0.3]
    simulation = run(bars, weights, fee_ppm=100_000)
    assert simulation.shares[0, 1].tolist() == [300, 400, 209]
