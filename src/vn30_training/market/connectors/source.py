"""What a connector is, and how it says that it cannot deliver."""

from __future__ import annotations

from datetime import date
from importlib import import_module
from types import ModuleType
from typing import Protocol

import pandas as pd

COLUMNS = ("date", "open", "high", "low", "close", "volume")


class SourceError(RuntimeError):
    """A source that did not deliver, or cannot be used as things stand."""


class Source(Protocol):
    """A source of daily bars.

    Attributes
    ----------
    name
        What it is called in messages and in the record of a download.
    calls_a_minute
        How often it may be asked.
    """

    name: str
    calls_a_minute: int

    def fetch(self, symbol: str, first: date, last: date) -> pd.DataFrame:
        """Return the bars of a symbol from ``first`` to ``last``.

        Returns
        -------
        DataFrame
            `COLUMNS`; adjusted prices in VND, volume in shares.
        """
        ...


def optional_module(module: str, extra: str) -> ModuleType:
    """Import a package that only one connector needs.

    Raises
    ------
    SourceError
        If it is not installed, naming the extra that brings it.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise SourceError(
            f"{module} is not installed: pip install 'vn30-training[{extra}]'"
        ) from error
