from collections import deque

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.trading.days import BY, bars_of, sessions

from vn30_training.trading.bars import Bars
from vn30_training.trading.plan import Weights
from vn30_training.trading.profiles import PROFILES
from vn30_training.trading.round_trips import (
    TRIP_COLUMNS,
    round_trips,
)
from vn30_training.trading.simulation import simulate

DATES = sessions(40)
BARS = bars_of("AB", 40)


def fills_of(*rows: tuple, strategy: str = "own") -> pd.DataFrame:
    """Fills from rows of session, symbol, signed shares, price, fee and tax."""
    table = pd.DataFrame(rows, columns=["at", "symbol", "signed", "price", "fee", "tax"])
    return pd.DataFrame(
        {
            "strategy": strategy,
            "date": DATES[table["at"].to_numpy(dtype=int)],
            "symbol": table["symbol"],
            "side": np.where(table["signed"] > 0, "buy", "sell"),
            "filled": table["signed"].abs(),
            "price": table["price"],
            "fee": table["fee"],
            "tax": table["tax"],
        }
    )


def queue(fills: pd.DataFrame) -> list[tuple]:
    """First in, first out, share by share of a queue: the slow way."""
    held: dict[tuple, deque] = {}
    found: dict[tuple, int] = {}
    for number, fill in enumerate(fills.sort_values("date", kind="stable").itertuples()):
        own = held.setdefault((fill.strategy, fill.symbol), deque())
        for _ in range(fill.filled):
            if fill.side == "buy":
                own.append((number, fill.date, fill.price))
            else:
                bought = own.popleft()
                pair = (fill.strategy, fill.symbol, *bought, number, fill.date, fill.price)
                found[pair] = found.get(pair, 0) + 1
    return sorted((*key, shares) for key, shares in found.items())


@st.composite
def histories(draw) -> pd.DataFrame:
    tables = []
    for strategy in "xy":
        held = {"A": 0, "B": 0}
        rows = []
        days = draw(st.lists(st.integers(0, 39), max_size=12))
        for at in sorted(days):
            symbol = draw(st.sampled_from("AB"))
            shares = draw(st.integers(1, 9))
            if held[symbol] and draw(st.booleans()):
                shares = -min(shares, held[symbol])
            held[symbol] += shares
            money = [draw(st.integers(low, 30)) for low in (1, 0, 0)]
            rows.append((at, symbol, shares, *money))
        tables.append(fills_of(*rows, strategy=strategy))
    return pd.concat(tables, ignore_index=True)


@given(histories())
def test_shares_are_matched_as_in_a_queue(fills):
    trips = round_trips(fills, BARS, BY)
    ours = [
        (row.strategy, row.symbol, row.bought, row.buy_price, row.sold, row.sell_price, row.shares)
        for row in trips.itertuples()
    ]
    theirs = [(row[0], row[1], row[3], row[4], row[6], row[7], row[8]) for row in queue(fills)]
    assert sorted(ours) == sorted(theirs)


@given(histories())
def test_what_is_earned_is_the_cash_that_came_in_once_all_is_sold(fills):
    signed = fills["filled"].where(fills["side"] == "buy", -fills["filled"])
    left = signed.groupby([fills["strategy"], fills["symbol"]]).sum()
    rows = [(39, key[1], -n, 7, 3, 1, key[0]) for key, n in left.items() if n > 0]
    closing = [fills_of(row[:6], strategy=row[6]) for row in rows]
    whole = pd.concat([fills, *closing], ignore_index=True)
    trips = round_trips(whole, BARS, BY)
    signed = whole["filled"].where(whole["side"] == "buy", -whole["filled"])
    cash = -(signed * whole["price"]).sum() - (whole["fee"] + whole["tax"]).sum()
    assert trips["pnl"].sum() == cash
    assert trips["costs"].sum() == (whole["fee"] + whole["tax"]).sum()


def test_known_answer():
    fills = fills_of((0, "A", 300, 10, 30, 0), (2, "A", 100, 20, 10, 0), (5, "A", -350, 30, 35, 70))
    trips = round_trips(fills, BARS, BY)
    assert trips.columns.tolist() == [*BY, *TRIP_COLUMNS]
    assert trips["shares"].tolist() == [300, 50]
    assert trips["sessions"].tolist() == [5, 3]
    assert trips["costs"].tolist() == [30 + 90, 5 + 15]
    assert trips["pnl"].tolist() == [300 * 20 - 120, 50 * 10 - 20]
    assert trips["return"].tolist() == pytest.approx([5_880 / 3_030, 480 / 1_005])
    assert trips["pnl"].dtype == np.int64


def market_with(dividends: dict[int, int], bonuses: dict[int, int]) -> Bars:
    """Corporate actions of A by session."""
    cash, bonus = np.zeros((40, 2), dtype=np.int64), np.zeros((40, 2), dtype=np.int64)
    cash[list(dividends), 0] = list(dividends.values())
    bonus[list(bonuses), 0] = list(bonuses.values())
    return bars_of("AB", 40, cash_dividend=cash, bonus=bonus)


def test_given_shares_and_dividends_belong_to_the_shares_held_before():
    market = market_with({2: 3}, {2: 500_000})
    fills = fills_of((0, "A", 100, 30, 10, 0), (2, "A", 100, 20, 0, 0), (4, "A", -250, 22, 0, 0))
    trips = round_trips(fills, market, BY)
    assert trips["shares"].tolist() == [150, 100]
    assert trips["dividends"].tolist() == [300, 0]
    assert trips["pnl"].tolist() == [150 * 22 + 300 - 3_010, 200]
    with pytest.raises(ValueError, match="sold than were held"):
        round_trips(fills, BARS, BY)


def test_fractions_of_given_shares_lapse_for_the_holding_as_a_whole():
    market = market_with({}, {2: 150_000, 5: 100_000})
    buys = [(0, "A", 5, 100, 0, 0), (1, "A", 5, 100, 0, 0)]
    whole = round_trips(fills_of(*buys, (6, "A", -12, 100, 0, 0)), market, BY)
    assert whole["shares"].sum() == 12
    assert whole["pnl"].sum() == 200
    with pytest.raises(ValueError, match="sold than were held"):
        round_trips(fills_of(*buys, (6, "A", -13, 100, 0, 0)), market, BY)


def test_the_gains_of_a_simulation_are_its_change_of_nav():
    rng = np.random.default_rng(0)
    walk = np.exp(rng.normal(0, 0.01, (200, 3)).cumsum(axis=0))
    price = (30_000 * walk).round().astype(np.int64)
    action = rng.random((200, 3)) < 0.03
    market = bars_of(
        "ABC",
        200,
        **dict.fromkeys(("open", "high", "low", "close"), price),
        volume=np.full((200, 3), 10_000_000),
        cash_dividend=np.where(action, 500, 0),
        bonus=np.where(action, 70_000, 0),
    )
    weights = np.where(rng.random((200, 1)) < 0.2, rng.dirichlet(np.ones(4), 200)[:, :3], np.nan)
    weights[-5:] = 0.0
    profile = PROFILES["fees_only"].model_copy(update={"fee_ppm": 1_500})
    done = simulate(market, Weights(weights), profile, 10**10, fills=True)
    assert done.cash[0, -1] == done.nav[0, -1]
    trips = round_trips(done.fills, market, ["plan"])
    assert len(trips) > 20
    assert trips["pnl"].sum() == done.nav[0, -1] - 10**10
    assert trips["dividends"].sum() == done.dividends.sum() > 0


@pytest.mark.parametrize("at", [0, 3])
def test_what_is_not_held_cannot_be_sold(at):
    fills = fills_of((at, "A", -100, 10, 0, 0), (2, "A", 100, 10, 0, 0), (0, "B", 500, 1, 0, 0))
    if at == 3:
        fills.loc[0, "filled"] = 101
    with pytest.raises(ValueError, match="sold than were held"):
        round_trips(fills, BARS, BY)


def test_orders_that_were_not_filled_are_no_trades():
    fills = fills_of((0, "A", 100, 10, 1, 0), (1, "A", -100, 12, 1, 0))
    rejected = fills.assign(filled=0, fee=0)
    whole = pd.concat([rejected, fills, rejected])
    assert round_trips(whole, BARS, BY).equals(round_trips(fills, BARS, BY))


@pytest.mark.parametrize("fills", [fills_of(), fills_of((0, "A", 100, 10, 1, 0))])
def test_without_a_sale_there_is_no_trade(fills):
    trips = round_trips(fills, BARS, BY)
    assert trips.empty
    assert trips.columns.tolist() == [*BY, *TRIP_COLUMNS]
