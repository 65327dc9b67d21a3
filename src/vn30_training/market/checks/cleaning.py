"""Checks that end in leaving rows or cells out: each such repair is named and counted."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import numpy.typing as npt
import pandas as pd

from vn30_training.market.checks.findings import Findings, Mask, escalated
from vn30_training.market.schema import BAR_FINISHED, KEYS, PRICES

_RANGE = ("open", "high", "low")


def drop_duplicates(bars: pd.DataFrame, findings: Findings) -> pd.DataFrame:
    """Leave out exact repetitions; flag days with several different rows (D004, error)."""
    values = [column for column in bars if column not in ("source_file", "source_row")]
    repeated = bars.duplicated(values).to_numpy(bool)
    findings.repair("duplicates_dropped", bars[repeated])
    findings.flag("D004", bars[repeated], "repeats another row")
    bars = bars[~repeated]
    twice: Mask = bars.duplicated(list(KEYS), keep=False).to_numpy(bool)
    findings.flag("D004", bars[twice], _closes(bars[twice]), "error")
    return bars.drop_duplicates(list(KEYS))


def _closes(rows: pd.DataFrame) -> pd.Series:
    return rows["close"].map("close {:,.2f}".format)


def refuse_impossible(bars: pd.DataFrame, findings: Findings, today: date) -> pd.DataFrame:
    """Flag infinite (D021) and negative (D022) values and future dates (D029), all errors."""
    values: npt.NDArray[np.float64] = bars[[*PRICES, "volume"]].to_numpy(float)
    infinite = np.asarray(np.isinf(values).any(axis=1))
    negative = np.asarray((values < 0).any(axis=1))
    findings.flag("D021", bars[infinite], "infinite value", "error")
    findings.flag("D022", bars[negative], "negative value", "error")
    late: Mask = (bars["date"] > pd.Timestamp(today).normalize()).to_numpy(bool)
    findings.flag("D029", bars[late], "is in the future", "error")
    return bars


def drop_partial(bars: pd.DataFrame, findings: Findings, today: date, allow: bool) -> pd.DataFrame:
    """Leave out an unfinished last bar where ``allow`` says so, else flag it (D010, error).

    A last bar is unfinished if it has no close, or if it is today's and ``today`` is a moment
    (a ``datetime`` in Vietnam) before 15:15.
    """
    last = ~bars["symbol"].duplicated(keep="last").to_numpy(bool)
    unfinished = last & ~(bars["close"] > 0).to_numpy(bool)
    if isinstance(today, datetime) and today.time() < BAR_FINISHED:
        unfinished |= last & (bars["date"] == pd.Timestamp(today.date())).to_numpy(bool)
    rows = bars[unfinished]
    findings.flag("D010", rows, _closes(rows), "warning" if allow else "error")
    if not allow:
        return bars
    findings.repair("partial_bar_dropped", rows)
    return bars[~unfinished]


def blank_zero_prices(bars: pd.DataFrame, findings: Findings, share: float) -> pd.DataFrame:
    """Empty opens, highs and lows of 0; leave out rows without a close (D023).

    It is an error for symbols with more than ``share`` such rows. A bar that is empty but for its
    close stays as it is: the file has only closes.
    """
    unpriced: Mask = ~(bars["close"] > 0).to_numpy(bool)
    ranges = bars[list(_RANGE)].to_numpy(float)
    empty = np.isnan(ranges)
    zero = (ranges == 0).any(axis=1) | (empty.any(axis=1) & ~empty.all(axis=1))
    bad = unpriced | zero
    level = np.where(escalated(bars["symbol"], bad, share), "error", "warning")
    detail = pd.Series(np.where(unpriced, "no close", "no open, high or low"), bars.index)
    findings.flag("D023", bars[bad], detail[bad], level[bad])
    findings.repair("unpriced_rows_dropped", bars[unpriced])
    findings.repair("zero_prices_blanked", bars[zero & ~unpriced])
    for column in _RANGE:
        bars = bars.assign(**{column: bars[column].where(bars[column] != 0)})
    return bars[~unpriced]


def drop_leading_phantom(bars: pd.DataFrame, findings: Findings) -> pd.DataFrame:
    """Leave out the flat bars without volume before a symbol's first trade (D009)."""
    phantom = _is_phantom(bars)
    traded = pd.Series(~phantom, bars.index).groupby(bars["symbol"])
    leading: Mask = (traded.cummax() == 0).to_numpy(bool) & traded.transform("any").to_numpy(bool)
    findings.flag("D009", bars[leading], "flat and without volume before the first trade")
    findings.repair("leading_phantom_dropped", bars[leading])
    return bars[~leading]


def _is_phantom(bars: pd.DataFrame) -> Mask:
    flat = (bars["high"] == bars["low"]) & (bars["open"] == bars["close"])
    mask: Mask = (flat & (bars["volume"] == 0)).to_numpy(bool)
    return mask
