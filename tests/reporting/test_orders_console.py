"""The orders as a terminal shows them."""

import io

import pandas as pd
import pytest
from rich.console import Console

from vn30_training.reporting.orders_console import SIMULATED, render

SUMMARY = {
    "market": "HOSE",
    "account": "holdings.csv",
    "model": "ridge",
    "scope": "pooled",
    "strategy": "topk_8",
    "rebalance": "daily",
    "next_decision": "2025-08-28",
    "date": "2025-08-27",
    "session": "2025-08-28",
    "auction": "14:30-14:45",
    "nav": 1_000_000_000,
    "cash_before": 400_000_000,
    "cash_usable": 300_000_000,
    "set_aside": 106_000_000,
    "cash_after": 350_000_000,
    "invested_before": 0.6,
    "invested_after": 0.65,
    "bought": 100_000_000,
    "sold": 50_000_000,
    "fees": 225_000,
    "taxes": 50_000,
    "turnover": 0.15,
    "orders": 2,
    "stops": 0,
    "notes": [],
    "ex_dates": None,
}


def line(symbol, side, shares, order_type="ATC", limit=None, why="rank 2: joins the 8 held"):
    return {
        "symbol": symbol,
        "side": side,
        "kind": "order",
        "shares": shares,
        "order_type": order_type,
        "limit_price": limit,
        "level": None,
        "floor": 93_000,
        "ceiling": 107_000,
        "value": shares * 100_000,
        "reason": why,
        "warning": "",
        "wanted": shares or 700,
    }


def stop(kind, shares, order_type, level, why):
    limit = 93_000 if shares else None
    return {**line("HPG", "sell", shares, order_type, limit, why), "kind": kind, "level": level}


LINES = [
    line("VCB", "sell", 45, "LO", 99_900, "rank 30: makes room"),
    line("FPT", "buy", 1_000),
    line("VNM", "buy", 0, "", None, "rank 3: joins the 8 held; cash falls short"),
    line("HPG", "keep", 0, "", None, "rank 1: stays"),
]


def shown(lines=LINES, width=160, **summary):
    columns = list(line("FPT", "buy", 1))
    table = pd.DataFrame(lines, columns=columns).astype({"limit_price": "Int64", "level": "Int64"})
    file = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    console = Console(file=file, width=width, soft_wrap=True)
    console.print(render(table, {**SUMMARY, **summary}, "data/orders.csv"))
    file.seek(0)
    return file.read().replace(" | ", "   ")


def test_orders_refusals_and_what_is_kept_are_told():
    text = shown()
    assert text.startswith("Orders for 2025-08-28 14:30-14:45, decided at the close of 2025-08-27.")
    assert "topk_8 (daily) on ridge pooled; holdings: holdings.csv." in text
    sale = next(row for row in text.splitlines() if row.startswith("sell"))
    assert sale.split()[:5] == ["sell", "VCB", "45", "LO", "99,900"]
    assert "93,000-107,000" in sale
    assert sale.split()[6] == "4.5"
    assert "Not sent: buy 700 VNM: rank 3: joins the 8 held; cash falls short." in text
    assert "Stops" not in text
    assert "Next decision" not in text
    assert "Kept: HPG." in text
    assert "NAV 1,000,000,000 VND, invested 60.0 %; after these orders 65.0 %" in text
    assert "300,000,000 usable, 106,000,000 set aside" in text
    assert text.splitlines()[-1] == "All lines: data/orders.csv"


@pytest.mark.parametrize("market", ["HOSE", "SIMULATED"])
def test_only_a_simulated_market_is_said_to_be_one(market):
    assert (SIMULATED in shown(market=market)) == (market == "SIMULATED")


def test_notes_and_no_orders_are_said():
    text = shown(LINES[3:], notes=["nothing is decided today"])
    assert "Note: nothing is decided today." in text
    assert "No orders." in text


def test_stops_have_a_table_of_their_own():
    loss = stop("stop loss", 3_000, "STOP", 95_000, "5.0% below the average price 100,000")
    text = shown([*LINES, loss, stop("take profit", 0, "", 115_000, "115,000 is too high")])
    rows = text.splitlines()
    row = next(one for one in rows if one.startswith("stop loss"))
    told = ["stop", "loss", "HPG", "3,000", "STOP", "95,000,", "LO", "93,000", "5.0%"]
    assert row.split()[:9] == told
    assert rows.index("Stops, to be placed before the open:") < rows.index(row)
    assert "No take profit for HPG: 115,000 is too high." in text


def test_the_day_of_the_next_decision_is_told():
    text = shown(rebalance="weekly", next_decision="2025-09-03")
    assert "Next decision: at the close of 2025-09-03." in text


@pytest.mark.parametrize("width", [80, 100, 120])
def test_what_is_typed_into_an_order_form_is_never_broken(width):
    loss = stop("stop loss", 300_000, "STOP", 125_000, "5.0% below the average price 131,600")
    rows = shown([*LINES, loss], width=width).splitlines()
    assert any("STOP 125,000, LO 93,000" in row for row in rows)
    assert any("LO 99,900" in row and "93,000-107,000" in row for row in rows)


def test_a_long_list_is_cut_and_says_so():
    text = shown([line(f"S{n:02d}", "buy", 100) for n in range(35)])
    assert "S29" in text
    assert "S30" not in text
    assert "and 5 more." in text


@pytest.mark.parametrize(
    ("ex_dates", "words"),
    [
        (None, "Ceilings and floors hold if 2025-08-28 is no ex-date."),
        ([], "hold if 2025-08-28 is no ex-date; the file of corporate actions has none."),
        (["FPT", "VNM"], "Ex-date of FPT, VNM: their ceilings and floors allow for it; all others"),
    ],
)
def test_limits_are_said_to_hold_as_far_as_ex_dates_are_known(ex_dates, words):
    assert words in shown(ex_dates=ex_dates)
