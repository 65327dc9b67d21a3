"""Numbers and names as a reader wants them: fixed decimals, true minus signs, plain words."""

from __future__ import annotations

import math
from typing import Any

MISSING = "–"
MINUS = "−"
SCOPE_WORDS = {"pooled": "pooled", "symbol": "per symbol", "finetuned": "fine-tuned"}


def known(value: Any) -> bool:
    """Return whether a value is a finite number."""
    try:
        return math.isfinite(float(value))
    except (TypeError, ValueError):
        return False


def number(value: Any, digits: int = 3, *, signed: bool = False) -> str:
    """Return ``value`` with fixed decimals, ``MISSING`` where it is not a finite number."""
    if not known(value):
        return MISSING
    rounded = round(float(value), digits) + 0.0  # + 0.0 turns -0.0 into 0.0
    text = f"{rounded:+,.{digits}f}" if signed and rounded else f"{rounded:,.{digits}f}"
    return text.replace("-", MINUS)


def percent(value: Any, digits: int = 1, *, signed: bool = False) -> str:
    """Return a share as per cent without the sign: 0.534 gives ``53.4``."""
    return number(100 * float(value), digits, signed=signed) if known(value) else MISSING


def interval(low: Any, high: Any, digits: int = 3) -> str:
    """Return ``low to high``, ``MISSING`` where either is unknown."""
    if not (known(low) and known(high)):
        return MISSING
    return f"{number(low, digits)} to {number(high, digits)}"


def leaves_out_zero(low: Any, high: Any) -> bool:
    """Return whether an interval is known and lies on one side of zero."""
    return known(low) and known(high) and not low <= 0 <= high


def count(value: Any) -> str:
    """Return a whole number with thousands apart."""
    return number(value, 0)


def scope_place(scope: str) -> int:
    """Return where a scope stands among the others of its family."""
    return list(SCOPE_WORDS).index(scope) if scope in SCOPE_WORDS else len(SCOPE_WORDS)


def plural(value: Any, noun: str) -> str:
    """Return a count with its noun: ``1 model``, ``3 models``."""
    return f"{count(value)} {noun}{'' if value == 1 else 's'}"


def duration(seconds: Any) -> str:
    """Return seconds as people say them: ``4.2 s``, ``7 min 03 s``, ``2 h 05 min``."""
    if not known(seconds):
        return MISSING
    value = float(seconds)
    if value < 99.95:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min"


def plain(text: str) -> str:
    """Return ``text`` in ASCII, for terminals of any encoding."""
    return text.replace(MINUS, "-").replace(MISSING, "-")
