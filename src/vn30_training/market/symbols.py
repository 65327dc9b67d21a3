"""Symbols that are safe as names of folders, namespaces and columns."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SAFE = re.compile(r"[A-Z0-9]{3,10}")
_EXCHANGE = re.compile(r"^(HOSE|HSX|HNX|UPCOM):|\.(VN|HM|HN)$")
_SEPARATORS = re.compile(r"[-._ ]")


def safe_symbol(name: str) -> str:
    """Map a ticker to three to ten of the characters A-Z and 0-9.

    An exchange (``HOSE:FPT``, ``fpt.vn``) and separators (``BRK-B``) are left out, ``&`` is spelt
    ``AND`` (``M&M`` gives ``MANDM``).

    Raises
    ------
    ValueError
        If what remains is too short, too long or holds any other character.
    """
    bare = _EXCHANGE.sub("", name.strip().upper())
    symbol = _SEPARATORS.sub("", bare).replace("&", "AND")
    if not _SAFE.fullmatch(symbol):
        raise ValueError(
            f"{name!r} is no usable symbol: after mapping, {symbol!r}, it must have three to ten "
            "characters of A-Z and 0-9."
        )
    return symbol


def map_symbols(names: Iterable[str]) -> dict[str, str]:
    """Map tickers to safe symbols, in their order.

    Raises
    ------
    ValueError
        If a ticker cannot be mapped, or two different ones become the same symbol.
    """
    mapped = {name: safe_symbol(name) for name in names}
    owners: dict[str, str] = {}
    for name, symbol in mapped.items():
        other = owners.setdefault(symbol, name)
        if other != name:
            raise ValueError(f"{other!r} and {name!r} would both be called {symbol}: rename one.")
    return mapped
