"""The 158 columns of Alpha158 as data: names, formulas, meanings, look-back, groups.

The list, its order and its formulas are those of Microsoft's qlib (class ``Alpha158``); everything
that names a column, the engines and the generated reference included, reads it from here.
"""

from __future__ import annotations

from dataclasses import dataclass

WINDOWS = (5, 10, 20, 30, 60)


@dataclass(frozen=True, slots=True)
class Column:
    """One feature.

    Attributes
    ----------
    name
        Name of the column.
    family
        Formula's name: the column's name without its window.
    group
        Group for importance: families that are linear combinations of each other share one.
    window
        Length of the window in sessions; None for features of one bar.
    lookback
        Sessions a symbol needs, today included, before a full window exists.
    formula, meaning
        Formula in the notation of the reference, and one sentence.
    """

    name: str
    family: str
    group: str
    window: int | None
    lookback: int
    formula: str
    meaning: str


_BAR = (
    ("KMID", "KBAR", "(c-o)/o", "Body of the candle, relative to the open."),
    ("KLEN", "KBAR", "(h-l)/o", "Range of the day, relative to the open."),
    ("KMID2", "KBAR", "(c-o)/(h-l)", "Share of the range that is body, signed."),
    ("KUP", "KBAR", "(h-max(o,c))/o", "Upper shadow, relative to the open."),
    ("KUP2", "KBAR", "(h-max(o,c))/(h-l)", "Share of the range that is upper shadow."),
    ("KLOW", "KBAR", "(min(o,c)-l)/o", "Lower shadow, relative to the open."),
    ("KLOW2", "KBAR", "(min(o,c)-l)/(h-l)", "Share of the range that is lower shadow."),
    ("KSFT", "KBAR", "(2c-h-l)/o", "Close against the middle of the range, relative to the open."),
    ("KSFT2", "KBAR", "(2c-h-l)/(h-l)", "Close against the middle of the range, in ranges."),
    ("OPEN0", "PRICE", "o/c", "Open over close."),
    ("HIGH0", "PRICE", "h/c", "High over close."),
    ("LOW0", "PRICE", "l/c", "Low over close."),
    ("VWAP0", "PRICE", "w/c", "Volume-weighted average price over close."),
)

# family, group, sessions needed beyond the window, formula, meaning
_WINDOWED = (
    ("ROC", "ROC", 1, "c[-N]/c", "Close of N sessions ago over today's."),
    ("MA", "TREND", 0, "Mean(c)/c", "Moving average over the close."),
    ("STD", "STD", 0, "Std(c)/c", "Standard deviation of the close, relative to it."),
    ("BETA", "TREND", 0, "Slope(c)/c", "Slope of the line through the closes, per session."),
    ("RSQR", "RSQR", 0, "Rsquare(c)", "How much of the closes' variance that line explains."),
    ("RESI", "TREND", 0, "Resi(c)/c", "Close less that line's value today, relative to it."),
    ("MAX", "MAX", 0, "Max(h)/c", "Highest high over the close."),
    ("MIN", "MIN", 0, "Min(l)/c", "Lowest low over the close."),
    ("QTLU", "QTLU", 0, "Quantile(c,0.8)/c", "80 % quantile of the closes over the close."),
    ("QTLD", "QTLD", 0, "Quantile(c,0.2)/c", "20 % quantile of the closes over the close."),
    ("RANK", "RANK", 0, "Rank(c)", "Percentile rank of today's close."),
    ("RSV", "RSV", 0, "(c-Min(l))/(Max(h)-Min(l))", "Close's place between low and high."),
    ("IMAX", "IMX", 0, "IdxMax(h)/N", "How recent the highest high is; 1 = today."),
    ("IMIN", "IMX", 0, "IdxMin(l)/N", "How recent the lowest low is; 1 = today."),
    ("IMXD", "IMX", 0, "(IdxMax(h)-IdxMin(l))/N", "Sessions from the low to the high."),
    ("CORR", "CORR", 0, "Corr(c,Log(v+1))", "Correlation of close and log volume."),
    ("CORD", "CORD", 1, "Corr(c/c[-1],Log(v/v[-1]+1))", "The same of their day-to-day ratios."),
    ("CNTP", "CNT", 1, "Mean(c>c[-1])", "Share of sessions that closed higher."),
    ("CNTN", "CNT", 1, "Mean(c<c[-1])", "Share of sessions that closed lower."),
    ("CNTD", "CNT", 1, "CNTP-CNTN", "Share of higher less share of lower closes."),
    ("SUMP", "SUM", 1, "Sum(max(dc,0))/Sum(abs(dc))", "Gains' share of all moves, as in RSI."),
    ("SUMN", "SUM", 1, "Sum(max(-dc,0))/Sum(abs(dc))", "Losses' share of all moves."),
    ("SUMD", "SUM", 1, "SUMP-SUMN", "Gains' share less losses' share."),
    ("VMA", "VMA", 0, "Mean(v)/v", "Average volume over today's."),
    ("VSTD", "VSTD", 0, "Std(v)/v", "Standard deviation of the volume over today's volume."),
    ("WVMA", "WVMA", 1, "Std(abs(r)*v)/Mean(abs(r)*v)", "Variability of volume-weighted moves."),
    ("VSUMP", "VSUM", 1, "Sum(max(dv,0))/Sum(abs(dv))", "Rises' share of all volume changes."),
    ("VSUMN", "VSUM", 1, "Sum(max(-dv,0))/Sum(abs(dv))", "Falls' share of all volume changes."),
    ("VSUMD", "VSUM", 1, "VSUMP-VSUMN", "Rises' share less falls' share."),
)

COLUMNS: tuple[Column, ...] = tuple(
    Column(name, name, group, None, 1, formula, meaning) for name, group, formula, meaning in _BAR
) + tuple(
    Column(f"{family}{window}", family, group, window, window + extra, formula, meaning)
    for family, group, extra, formula, meaning in _WINDOWED
    for window in WINDOWS
)

NAMES: tuple[str, ...] = tuple(column.name for column in COLUMNS)

FAMILY_OF: dict[str, str] = {column.name: column.group for column in COLUMNS}
"""Feature to group of features: importance inside a group is arbitrary, so it is summed over it."""

ROW: dict[str, int] = {}
"""Formula's name to the row of its first column."""
for _row, _column in enumerate(COLUMNS):
    ROW.setdefault(_column.family, _row)
