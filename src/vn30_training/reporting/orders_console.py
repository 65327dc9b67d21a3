"""The orders of the next session, for terminals with or without colour."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import pandas as pd
from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from vn30_training.reporting.formatting import count, number, percent, plain

SIMULATED = "SIMULATED market: these are no orders for real stocks."
_SHOWN = 30
_STYLES = {"sell": "red", "buy": "green"}
_FIGURES = ("shares", "floor-ceiling", "VND m")
_ORDER = "order"


def render(table: pd.DataFrame, summary: Mapping[str, Any], path: Path | str) -> RenderableType:
    """Return the orders, what was refused, the account before and after, and where the list is.

    Parameters
    ----------
    table, summary
        What the node ``write_orders`` made.
    path
        Of the list; printed last.
    """
    lines = [Text(plain(text), style=style) for text, style in _heading(summary)]
    sent = table[table["shares"] > 0]
    orders, stops = sent[sent["kind"] == _ORDER], sent[sent["kind"] != _ORDER]
    body = [_orders(orders)] if len(orders) else [Text("No orders.")]
    guard = [Text("Stops, to be placed before the open:"), _stops(stops)]
    others = [Text(plain(text)) for text in _others(table)]
    account = [Text(plain(text)) for text in _account(summary)]
    return Group(
        *lines, *body, *(guard if len(stops) else ()), *others, *account, Text(f"All lines: {path}")
    )


def _heading(summary: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if summary["market"] == "SIMULATED":
        yield SIMULATED, "bold yellow"
    when = f"{summary['session']} {summary['auction']}".rstrip()
    yield f"Orders for {when}, decided at the close of {summary['date']}.", "bold"
    yield (
        f"{summary['strategy']} ({summary['rebalance']}) on {summary['model']} "
        f"{summary['scope']}; holdings: {summary['account']}.",
        "",
    )
    if summary["rebalance"] != "daily" and summary["next_decision"]:
        yield f"Next decision: at the close of {summary['next_decision']}.", ""
    for note in summary["notes"]:
        yield f"Note: {note}.", "yellow"


def _orders(sent: pd.DataFrame) -> Table:
    grid = _grid("side", "symbol", "shares", "order", "floor-ceiling", "VND m", "why")
    for row in sent.head(_SHOWN).to_dict("records"):
        grid.add_row(
            Text(row["side"], style=_STYLES[row["side"]]),
            row["symbol"],
            count(row["shares"]),
            _typed(row),
            f"{count(row['floor'])}-{count(row['ceiling'])}",
            number(row["value"] / 1e6, 1),
            _why(row),
        )
    return grid


def _stops(sent: pd.DataFrame) -> Table:
    grid = _grid("stop", "symbol", "shares", "order", "why")
    for row in sent.head(_SHOWN).to_dict("records"):
        grid.add_row(row["kind"], row["symbol"], count(row["shares"]), _typed(row), _why(row))
    return grid


def _grid(*headings: str) -> Table:
    grid = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="dim")
    for heading in headings:
        justify: Literal["left", "right"] = "right" if heading in _FIGURES else "left"
        grid.add_column(heading, justify=justify, no_wrap=heading != "why")
    return grid


def _why(row: Mapping[Any, Any]) -> Text:
    return Text(plain("; ".join(filter(None, (row["reason"], row["warning"])))))


def _told(row: Mapping[Any, Any]) -> str:
    return f"{row['symbol']}: {row['reason']}"


def _typed(row: Mapping[Any, Any]) -> str:
    """Return what is typed into a broker's order form: kind, level of a trigger, limit price."""
    limit = "" if pd.isna(row["limit_price"]) else f" {count(row['limit_price'])}"
    if row["order_type"] == "STOP":
        return f"STOP {count(row['level'])}, LO{limit}"
    return f"{row['order_type']}{limit}"


def _others(table: pd.DataFrame) -> Iterator[str]:
    for kinds in (table["kind"] == _ORDER, table["kind"] != _ORDER):
        more = int((kinds & (table["shares"] > 0)).sum()) - _SHOWN
        if more > 0:
            yield f"and {more} more."
    for row in table[(table["shares"] == 0) & (table["side"] != "keep")].to_dict("records"):
        if row["kind"] == _ORDER:
            yield f"Not sent: {row['side']} {count(row['wanted'])} {_told(row)}."
        else:
            yield f"No {row['kind']} for {_told(row)}."
    kept = table.loc[table["side"] == "keep", "symbol"]
    if len(kept):
        yield f"Kept: {', '.join(kept)}."


def _account(summary: Mapping[str, Any]) -> Iterator[str]:
    yield (
        f"NAV {count(summary['nav'])} VND, invested {percent(summary['invested_before'])} %; "
        f"after these orders {percent(summary['invested_after'])} %, "
        f"turnover {percent(summary['turnover'])} %."
    )
    yield (
        f"Cash {count(summary['cash_before'])} VND, {count(summary['cash_usable'])} usable, "
        f"{count(summary['set_aside'])} set aside for purchases at their highest price; "
        f"{count(summary['cash_after'])} after, at the last closes or the limits."
    )
    yield _limits(summary["session"], summary["ex_dates"])
    yield f"Fees about {count(summary['fees'])} VND, tax {count(summary['taxes'])} VND."


def _limits(session: str, ex_dates: list[str] | None) -> str:
    if ex_dates:
        return (
            f"Ex-date of {', '.join(ex_dates)}: their ceilings and floors allow for it; all others "
            "hold if it is none of theirs."
        )
    told = f"Ceilings and floors hold if {session} is no ex-date"
    return f"{told}." if ex_dates is None else f"{told}; the file of corporate actions has none."
