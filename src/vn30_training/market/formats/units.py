"""Units of price: dong, thousand dong, index points; and series that mix them."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from vn30_training.market.schema import PRICES

PriceUnit = Literal["auto", "vnd", "kvnd", "points"]
THOUSAND = 1_000.0
MIXING_RATIO = 300.0
"""A jump by more than this is a change of unit: no band of prices allows anything near it."""
MIXED_SHARE = 0.005
_INDICES = ("VNINDEX", "VN30", "VN100", "VNALL", "VNX", "VNMID", "VNSML", "VNDIAMOND")
_OTHER_INDICES = ("VNFIN", "HNXINDEX", "HNX30", "HNX", "UPCOM", "UPINDEX", "VSI", "VNSI")
_DECIMALS = 4


def is_index(symbol: str) -> bool:
    """Say whether a name is that of a market index, whose levels are points."""
    return symbol.startswith(_INDICES) or symbol in _OTHER_INDICES or symbol.endswith("INDEX")


def find_unit(symbol: str, close: pd.Series, unit: PriceUnit) -> PriceUnit:
    """Return the unit of one symbol's prices: a median close below 1,000 is in thousand dong."""
    if unit != "auto":
        return unit
    if is_index(symbol):
        return "points"
    return "kvnd" if close[close > 0].median() < THOUSAND else "vnd"


def to_vnd(values: npt.NDArray[np.float64], unit: PriceUnit) -> npt.NDArray[np.float64]:
    """Return prices in VND; points stay points."""
    return np.round(values * THOUSAND, _DECIMALS) if unit == "kvnd" else values


def mixed_rows(bars: pd.DataFrame) -> npt.NDArray[np.intp]:
    """Return the rows (in date order) where one symbol's prices change by a factor of hundreds.

    Within a bar that means a change of unit only where it is frequent: once is a slip of the pen.
    """
    prices = bars[list(PRICES)].where(bars[list(PRICES)] > 0)
    within = (prices.max(axis=1) / prices.min(axis=1)).to_numpy(float) > MIXING_RATIO
    logs = np.log(prices["close"].dropna())
    steps = logs.diff().abs().reindex(bars.index).to_numpy(float) > np.log(MIXING_RATIO)
    return np.flatnonzero(steps | (within & (within.mean() > MIXED_SHARE)))
