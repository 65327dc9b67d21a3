"""The canonical price table: one row per symbol and session.

``symbol`` (str), ``date`` (datetime64, the session's day in Vietnam), ``open``, ``high``, ``low``,
``close`` (float64, adjusted, VND), ``volume`` (float64, shares); optionally ``value`` (VND),
``raw_close`` (VND, as traded) and ``vwap`` (VND, adjusted). Sorted by symbol, then date.
"""

from __future__ import annotations

from datetime import time

KEYS = ("symbol", "date")
PRICES = ("open", "high", "low", "close")
REQUIRED = (*KEYS, *PRICES, "volume")
OPTIONAL = ("value", "raw_close", "vwap")

BAR_FINISHED = time(15, 15)
"""Vietnam time after which a day's bar is final."""
