"""What may be said of one strategy: how it stands against buy and hold, and what it is called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vn30_training.reporting.formatting import SCOPE_WORDS, interval, known, percent

CONFIDENT = 0.95
"""The deflated probability of an excess from which the search for the best is allowed for."""
NO_BETTER = "no better"
NOT_JUDGED = "not judged"
REBALANCES = ("daily", "weekly", "monthly")


def verdict(record: Mapping[Any, Any]) -> str:
    """Return how a strategy stands against buy and hold after costs.

    ``better`` needs the 95 % interval of its excess above zero, and at least `CONFIDENT` as the
    probability that the excess is above zero although the best of all trials was picked; ``worse``
    needs an interval below zero. Without an interval nothing is said.
    """
    low, high = record["excess_low"], record["excess_high"]
    if not (known(low) and known(high)):
        return NOT_JUDGED
    if low > 0 and known(record["excess_dsr"]) and record["excess_dsr"] >= CONFIDENT:
        return "better"
    return "worse" if high < 0 else NO_BETTER


def called(record: Mapping[Any, Any]) -> str:
    """Return what a strategy is called in a sentence."""
    scope = SCOPE_WORDS.get(str(record["scope"]), str(record["scope"]))
    who = f"{record['family']} ({scope})" if scope else str(record["family"])
    return f"{who}, {record['strategy']}, {record['rebalance']}"


def excess_words(record: Mapping[Any, Any]) -> str:
    """Return the excess over buy and hold with its interval, in per cent a year."""
    span = interval(100 * record["excess_low"], 100 * record["excess_high"], 1)
    return f"{percent(record['excess_return'], signed=True)} % a year, interval {span} %"


def rebalance_place(rebalance: str) -> int:
    """Return where a rebalance stands among the others of its strategy."""
    return REBALANCES.index(rebalance) if rebalance in REBALANCES else len(REBALANCES)
