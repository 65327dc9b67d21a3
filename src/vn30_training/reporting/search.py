"""What a search for options chose, in one line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vn30_training.reporting.formatting import percent, plural


def search_line(record: Mapping[str, Any]) -> str | None:
    """Return what the search of an instance chose, and how likely by luck; None without a search.

    Parameters
    ----------
    record
        ``name`` and, where options were searched, ``search``: ``best`` (option to value), ``tried``
        (how many combinations) and ``pbo``, the probability that the search overfits, or None.
    """
    search = record.get("search")
    if not search:
        return None
    best = ", ".join(f"{name}={value}" for name, value in search["best"].items())
    line = f"{record['name']}: {best} of {plural(search['tried'], 'combination')} tried"
    if search["pbo"] is None:
        return f"{line}."
    return f"{line}; probability that the search overfits: {percent(search['pbo'], 0)} %."
