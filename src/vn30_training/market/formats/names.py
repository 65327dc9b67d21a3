"""The symbol a file's name carries: ``FPT.csv``, ``FPT_history.csv``, ``excel_vnm.csv``."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from vn30_training.market.formats.columns import normalise
from vn30_training.market.formats.errors import FormatError
from vn30_training.market.symbols import safe_symbol

_FILLERS = frozenset(
    {
        *("history", "historical", "data", "price", "prices", "pricehistory", "daily", "day"),
        *("lich", "su", "gia", "du", "lieu", "excel", "cafef", "amibroker", "metastock"),
        *("vnstock", "ohlc", "ohlcv", "adjusted", "raw", "stock", "stocks", "eod", "source"),
        *("hose", "hnx", "hsx", "upcom", "vn", "sheet", "sheet1", "all", "final", "new", "old"),
        *("copy", "of", "the"),
    }
)
_SYMBOL = re.compile(r"^[A-Za-z][A-Za-z0-9&]{1,9}$")


def symbol_of(names: Sequence[str], wanted: Collection[str] = ()) -> str:
    """Find the symbol among the names of a sheet, a file and its folder.

    Parameters
    ----------
    names
        Nearest name first.
    wanted
        Symbols asked for: a word that is one of them is taken before any other.

    Raises
    ------
    FormatError
        D019 where no word can be a symbol.
    """
    words = [word for name in names for word in re.split(r"[\s_\-.]+", name) if word]
    for word in words:
        if word.upper() in wanted:
            return word.upper()
    candidates = [word for word in words if _SYMBOL.match(word) and normalise(word) not in _FILLERS]
    exact = [word for word in candidates if len(word) == 3]
    for word in exact + candidates:
        try:
            return safe_symbol(word)
        except ValueError:
            continue
    raise FormatError("D019", f"No symbol can be read from the name {', '.join(names)!r}.")
