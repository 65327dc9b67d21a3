"""Column names: English and Vietnamese aliases, whatever their case, accents and brackets."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from vn30_training.market.formats.errors import FormatError

ALIASES: Mapping[str, tuple[str, ...]] = {
    "symbol": ("symbol", "ticker", "code", "mack", "machungkhoan", "macophieu", "ma"),
    "date": (
        *("date", "tradingdate", "dtyyyymmdd", "ngaygiaodich", "ngay", "datetime", "time"),
        *("timestamp", "thoigian", "ngaythang", "tradedate"),
    ),
    "open": ("open", "openprice", "giamocua", "giamo", "mocua", "mo"),
    "high": ("high", "highest", "highestprice", "highprice", "giacaonhat", "caonhat", "cao"),
    "low": ("low", "lowest", "lowestprice", "lowprice", "giathapnhat", "thapnhat", "thap"),
    "close": (
        *("close", "closeprice", "giadongcua", "dongcua", "price", "last", "lancuoi"),
        *("giadong", "gia"),
    ),
    "volume": (
        *("volume", "vol", "khoiluongkhoplenh", "klkhoplenh", "nmvolume", "khoiluonggiaodich"),
        *("khoiluong", "klgd", "kl", "matchvolume", "totalvolume"),
    ),
    "open_adjusted": ("openfixed", "openadjusted", "adjopen", "adopen"),
    "high_adjusted": ("highfixed", "highadjusted", "adjhigh", "adhigh"),
    "low_adjusted": ("lowfixed", "lowadjusted", "adjlow", "adlow"),
    "close_adjusted": (
        *("giadieuchinh", "adjclose", "closefixed", "closeadjusted", "adjustedclose", "adclose"),
        *("dongcuadieuchinh",),
    ),
    "raw_close": ("unadjusted", "closeunadjusted", "rawclose", "closeraw"),
    "value": (
        *("value", "valuevnd", "giatrikhoplenh", "gtkhoplenh", "nmvalue", "giatrigiaodich"),
        *("giatri", "gtgd", "turnover"),
    ),
    "vwap": ("vwap", "averageprice", "giabinhquan"),
}
PRICE_COLUMNS = ("open", "high", "low", "close", "close_adjusted")


def normalise(name: object) -> str:
    """Return a header's bare letters and digits: ``<Đóng cửa> (VND)`` becomes ``dongcua``."""
    text = re.sub(r"\(.*?\)", "", str(name)).replace("đ", "d").replace("Đ", "D")
    plain = unicodedata.normalize("NFKD", text).lower()
    return re.sub(r"[^a-z0-9]", "", plain)


def is_date_name(name: object) -> bool:
    """Say whether a header names the date."""
    return normalise(name) in ALIASES["date"]


def match_columns(header: Sequence[str], own: Mapping[str, str]) -> dict[str, int]:
    """Find the canonical columns in a header.

    Parameters
    ----------
    header
        Names as they stand in the file.
    own
        The user's own names, canonical name to header; they come before the aliases.

    Returns
    -------
    dict
        Canonical name to position. Of several aliases of one column the first in `ALIASES` counts.

    Raises
    ------
    FormatError
        D031 where the name chosen for a column stands in the header twice, D002 where a column the
        user named is not there.
    """
    bare = [normalise(name) for name in header]
    found = {}
    for column, aliases in ALIASES.items():
        wanted = (normalise(own[column]),) if column in own else aliases
        name = next((alias for alias in wanted if alias in bare), None)
        if name is None and column in own:
            raise FormatError("D002", missing_message((own[column],), header))
        if name is None:
            continue
        if bare.count(name) > 1:
            raise FormatError("D031", f"Two columns are named {header[bare.index(name)]!r}.")
        found[column] = bare.index(name)
    return found


def missing_message(columns: Iterable[str], header: Sequence[str]) -> str:
    """Say which columns are missing, what there is, and which of it comes nearest."""
    bare = {normalise(name): str(name) for name in header}
    missing = list(columns)
    hints = []
    for column in missing:
        for alias in ALIASES.get(column, (normalise(column),)):
            near = difflib.get_close_matches(alias, bare, n=1, cutoff=0.75)
            if near:
                hints.append(f"Is {bare[near[0]]!r} meant as {column}?")
                break
    shown = ", ".join(str(name) for name in list(header)[:20])
    return " ".join([f"No column for {', '.join(missing)}; found: {shown}.", *hints])
