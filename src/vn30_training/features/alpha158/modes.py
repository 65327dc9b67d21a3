"""The two ways of computing Alpha158: as qlib does, and without its artefacts."""

from __future__ import annotations

from typing import Literal, NamedTuple

Mode = Literal["clean", "qlib"]


class Rules(NamedTuple):
    """How edge cases are treated.

    Attributes
    ----------
    epsilon
        Added to denominators that may be zero: ranges, sums of changes, volumes.
    guard_absolute, guard_relative
        A window is flat where its standard deviation is at most ``guard_absolute +
        guard_relative * abs(mean)``; RSQR, CORR and CORD are NaN there.
    share
        Smallest share of a window's sessions that must hold a number (always at least one).
    gap_is_peak
        A missing bar is the position of the highest high and of the lowest low.
    gap_counts
        A session that cannot be compared with the one before counts as neither up nor down.
    log_of_none
        A session without trades has a log volume.
    """

    epsilon: float
    guard_absolute: float
    guard_relative: float
    share: float
    gap_is_peak: bool
    gap_counts: bool
    log_of_none: bool


RULES: dict[str, Rules] = {
    "qlib": Rules(1e-12, 2e-5, 0.0, 0.0, True, True, True),
    "clean": Rules(0.0, 0.0, 1e-6, 0.5, False, False, False),
}
