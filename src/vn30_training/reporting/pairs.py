"""Families two by two: who is better, said only where interval and correction agree."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from vn30_training.reporting.formatting import interval, known, number

LEVEL = 0.05
BASIS_POINTS = 1e4

Key = tuple[str, str]
"""Family and scope."""


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What every family is held against: by which metric, and which family."""

    about: str
    metric: str
    family: str


REVERSAL = Yardstick("ranking", "rank_ic", "reversal_1")
RIDGE = Yardstick("ranking", "rank_ic", "ridge")
ZERO = Yardstick("absolute error", "absolute_error", "zero")
EWMA = Yardstick("quantiles", "pinball", "ewma")


@dataclass(frozen=True, slots=True)
class Comparison:
    """A difference of one family from another, positive where the first is better.

    ``p_holm`` is corrected for the ``tests`` that asked the same question by the same metric.
    """

    metric: str
    difference: float
    low: float
    high: float
    p_holm: float
    n_days: float
    tests: int

    @property
    def word(self) -> str:
        """``better`` or ``worse`` where the interval and Holm's p both say so."""
        if known(self.p_holm) and self.p_holm < LEVEL:
            if known(self.low) and self.low > 0:
                return "better"
            if known(self.high) and self.high < 0:
                return "worse"
        return "no better"

    @property
    def figures(self) -> str:
        """The difference, its interval and Holm's p, in words."""
        return (
            f"difference {self.amount}, interval {self.span}{self.unit}, Holm p {self.p_text} "
            f"over {self.tests} comparisons"
        )

    @property
    def amount(self) -> str:
        """The difference as it is shown."""
        return number(self.difference * self._scale, self._digits, signed=True)

    @property
    def span(self) -> str:
        """The interval as it is shown."""
        return interval(self.low * self._scale, self.high * self._scale, self._digits)

    @property
    def p_text(self) -> str:
        """Holm's p as it is shown."""
        if known(self.p_holm) and self.p_holm < 0.001:
            return "below 0.001"
        return number(self.p_holm, 3 if self.p_holm < 0.1 else 2)

    @property
    def unit(self) -> str:
        """Losses are in units of return and told in basis points."""
        return "" if self.metric == "rank_ic" else " basis points"

    @property
    def _scale(self) -> float:
        return 1.0 if self.metric == "rank_ic" else BASIS_POINTS

    @property
    def _digits(self) -> int:
        return 3 if self.metric == "rank_ic" else 2

    @property
    def turned(self) -> Comparison:
        """The same seen from the other family."""
        return replace(self, difference=-self.difference, low=-self.high, high=-self.low)


class Pairs:
    """The paired tests of an evaluation, from either side.

    Parameters
    ----------
    paired
        The table of that name of `evaluation.evidence.Evidence`; each pair once or both ways. A
        pair without a difference was not tested.
    """

    def __init__(self, paired: pd.DataFrame) -> None:
        self._found: dict[tuple[str, Key, Key], Comparison] = {}
        for record in paired.dropna(subset=["difference"]).to_dict("records"):
            metric = str(record["metric"])
            one, other = _key(record, ""), _key(record, "other_")
            made = Comparison(
                metric,
                difference=float(record["difference"]),
                low=float(record["low"]),
                high=float(record["high"]),
                p_holm=float(record["p_holm"]),
                n_days=float(record["n_days"]),
                tests=int(record["tests"]),
            )
            self._found[metric, one, other] = made
            self._found.setdefault((metric, other, one), made.turned)

    def of(self, metric: str, one: Key, other: Key) -> Comparison | None:
        """Return how ``one`` differs from ``other``; None where it was not tested."""
        return self._found.get((metric, one, other))

    def tested(self, metric: str, key: Key) -> bool:
        """Return whether a family and scope was compared with any other."""
        return any(made == metric and one == key for made, one, _ in self._found)

    def against(self, yardstick: Yardstick, one: Key) -> Comparison | None:
        """Return how ``one`` differs from a yardstick: in its own scope, else pooled, else any."""
        others = sorted(
            {
                other
                for metric, first, other in self._found
                if metric == yardstick.metric and first == one and other[0] == yardstick.family
            },
            key=lambda other: (other[1] != one[1], other[1] != "pooled", other[1]),
        )
        if one[0] == yardstick.family or not others:
            return None
        return self.of(yardstick.metric, one, others[0])


def _key(record: dict[Any, Any], side: str) -> Key:
    return str(record[f"{side}family"]), str(record[f"{side}scope"])
