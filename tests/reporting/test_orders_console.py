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
    "date": "2025-08-27",
    "session": "2025-08-28",
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
    "notes": [],
    "ex_dates": None,
}


def line(symbol, side, shares, kind="ATC", limit=None, why="rank 2: comes among the 8 held"):
    return {
        "symbol": symbol,
        "side": side,
        "shares": shares,
        "order_type": kind,
        "limit_price": limit,
        "floor": 93_000,
        "ceiling": 107_000,
        "value": shares * 100_000,
        "reason": why,
        "warning": "",
    }


LINES = [
    line("VCB", "sell", 45, "LO", 99_900, "rank 30: makes room"),
    line("FPT", "buy", 1_000),
    line("VNM", "buy", 0, "", None, "rank 3: comes among the 8 held; refused: cash"),
    line("HPG", "keep", 0, "", None, "rank 1: stays"),
]


def shown(lines=LINES, width=160, **summary):
    columns = list(line("FPT", "buy", 1))
    table = pd.DataFrame(lines, columns=columns).astype({"limit_price": "Int64"})
    file = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    console = Console(file=file, width=width, soft_wrap=True)
    console.print(render(table, {**SUMMARY, **summary}, "data/orders.csv"))
    file.seek(0)
    return file.read()


def test_orders_refusals_and_what_is_kept_are_told():
    text = shown()
    assert text.startswith("Orders for 2025-08-28, decided at the close of 2025-08-27.")
    assert "topk_8 (daily) on ridge pooled; holdings: holdings.csv." in text
    sale = next(row for row in text.splitlines() if row.startswith("sell"))
    assert sale.replace("|", " ").split()[:5] == ["sell", "VCB", "45", "LO", "99,900"]
    assert "93,000 to 107,000" in sale
    assert "Not sent: buy VNM: rank 3: comes among the 8 held; refused: cash." in text
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
