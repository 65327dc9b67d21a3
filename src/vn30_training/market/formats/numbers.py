"""Numbers as files write them: ``1,234.5``, ``1.234,5``, ``12.3M``, blanks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from vn30_training.market.formats.errors import FormatError

Style = Literal["dot", "comma"]
BLANKS = frozenset({"", "-", "--", "n/a", "na", "nan", "null", "none", "<na>"})
_SUFFIXES = {"K": 1e3, "M": 1e6, "B": 1e9}
_SIGNS_OF_COMMA = r"(?:^[-+]?\d{1,3}(?:\.\d{3}){2,}$|\.\d{3},|,\d{1,2}$|,\d{4,}$)"
_SIGNS_OF_DOT = r"(?:^[-+]?\d{1,3}(?:,\d{3}){2,}$|,\d{3}\.|\.\d{1,2}$|\.\d{4,}$)"


def _plain(cells: pd.Series) -> pd.Series:
    text = cells.astype(str).str.replace(r"[\s' ₫đ]", "", regex=True).str.upper()
    return text.str.replace("VND", "", regex=False)


def find_style(columns: Iterable[pd.Series]) -> Style:
    """Tell whether a file writes its decimals after a dot or after a comma.

    Raises
    ------
    FormatError
        D020 where it does both. One separator before exactly three digits tells nothing; a dot is
        then taken for the decimal mark, which the unit's detection puts right for prices.
    """
    signs = {"comma": False, "dot": False}
    for cells in columns:
        if cells.dtype.kind in "fiub":
            continue
        text = pd.Series(pd.unique(_plain(cells))).str.rstrip("KMB%")
        odd = text[text.str.contains(r"[.,]", regex=True)]
        signs["comma"] |= bool(odd.str.contains(_SIGNS_OF_COMMA, regex=True).any())
        signs["dot"] |= bool(odd.str.contains(_SIGNS_OF_DOT, regex=True).any())
    if signs["comma"] and signs["dot"]:
        raise FormatError("D020", "Decimals stand after a dot in some cells, a comma in others.")
    return "comma" if signs["comma"] else "dot"


def parse_numbers(
    cells: pd.Series, style: Style
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Turn cells into float64.

    Returns
    -------
    values
        NaN where a cell is blank or no number.
    bad
        True where a cell holds something that is no number.
    """
    if cells.dtype.kind in "fiub":
        return cells.to_numpy(float), np.zeros(len(cells), bool)
    quick = pd.to_numeric(cells, errors="coerce").to_numpy(float, na_value=np.nan)
    values = quick.copy() if style == "dot" else np.full(len(cells), np.nan)
    rest = np.flatnonzero(np.isnan(values))
    if not len(rest):
        return values, np.zeros(len(cells), bool)
    text = _plain(cells.iloc[rest])
    blank = text.str.lower().isin(BLANKS).to_numpy(bool) | cells.iloc[rest].isna().to_numpy(bool)
    values[rest] = _scaled(text, style)
    bad = np.zeros(len(cells), bool)
    bad[rest] = np.isnan(values[rest]) & ~blank
    return values, bad


def _scaled(text: pd.Series, style: Style) -> npt.NDArray[np.float64]:
    factor = text.str[-1].map(_SUFFIXES).fillna(1.0).to_numpy(float)
    digits = text.str.rstrip("KMB")
    thousands, decimal = (",", ".") if style == "dot" else (".", ",")
    digits = digits.str.replace(thousands, "", regex=False).str.replace(decimal, ".", regex=False)
    values: npt.NDArray[np.float64] = pd.to_numeric(digits, errors="coerce").to_numpy(
        float, na_value=np.nan
    )
    return values * factor
