"""What the figures of a leaderboard row say, in plain words."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import Any

from vn30_training.evaluation.rows import REVERSAL_FAMILY

Row = Mapping[Hashable, Any]

MIN_SHARE = 0.5
"""A rank needs this share of sound instances, and of days with an IC."""


def why_not_ranked(row: Row) -> str | None:
    """Return why a row of the leaderboard takes no rank, or None if it does."""
    unsound = row["n_failed"] + row["n_degenerate"]
    instances = row["n_ok"] + unsound
    reason = f": {row['reason']}" if row["reason"] else ""
    if unsound and unsound == instances:
        return f"{'degenerate' if row['n_degenerate'] else 'failed'}{reason}"
    if row["n_ok"] < MIN_SHARE * instances:
        return f"{unsound} of {instances} instances failed or are degenerate{reason}"
    if row["n_rows"] == 0:
        return "no forecast of a member whose return is known"
    if row["n_ic_days"] == 0:
        return "one score for all stocks, it ranks nothing"
    if row["n_ic_days"] < MIN_SHARE * row["n_days"]:
        missing = row["n_days"] - row["n_ic_days"]
        return f"one score for all stocks on {missing} of {row['n_days']} days"
    return None


def verdict(row: Row) -> str:
    """Say whether a row beats reversal in ranking and the zero forecast in absolute error.

    "Better" and "worse" need the whole 95 % interval of the paired difference on one side of zero.
    """
    reason = why_not_ranked(row)
    ranking = f"not ranked: {reason}" if reason else _against_reversal(row)
    return "; ".join(filter(None, (ranking, _against_zero(row))))


def _against_reversal(row: Row) -> str:
    if row["family"] == REVERSAL_FAMILY:
        return "reversal itself, the yardstick of ranking"
    if math.isnan(row["increment_low"]):
        return "not compared with reversal: too few common days"
    difference, low, high = (row[f"increment_{name}"] for name in ("over_reversal", "low", "high"))
    word = _word(low, high)
    return f"{word} reversal: difference {difference:.3f}, interval {low:.3f} to {high:.3f}"


def _against_zero(row: Row) -> str:
    low, high = row["mae_skill_low"], row["mae_skill_high"]
    if math.isnan(low):
        return ""
    if low == high == 0:
        return "equal to zero in MAE"
    figures = f"skill {row['mae_skill']:.2%}, interval {low:.2%} to {high:.2%}"
    return f"{_word(low, high)} zero in MAE: {figures}"


def _word(low: float, high: float) -> str:
    if low > 0:
        return "better than"
    return "worse than" if high < 0 else "no better than"
