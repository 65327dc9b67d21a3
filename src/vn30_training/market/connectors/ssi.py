"""SSI FastConnect through ``ssi-sdk``: official, with the user's own keys."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date

import pandas as pd

from vn30_training.market.connectors.source import COLUMNS, SourceError, optional_module

KEYS = {
    "client_id": "SSI_CLIENT_ID",
    "api_key": "SSI_API_KEY",
    "api_secret": "SSI_API_SECRET",
}
"""Options of the package, and the environment variables they are read from."""

_FIELDS = ("trading_date", "open_price", "high_price", "low_price", "close_price", "volume")


class Ssi:
    """Daily bars of SSI, VND.

    Parameters
    ----------
    environment
        Where the keys are read from; the process's own by default.
    """

    name = "ssi"
    calls_a_minute = 120

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        environment = os.environ if environment is None else environment
        package = optional_module("ssi_sdk", self.name)
        missing = [variable for variable in KEYS.values() if not environment.get(variable)]
        if missing:
            raise SourceError(f"Set {', '.join(missing)}: the keys of your SSI account.")
        keys = {option: environment[variable] for option, variable in KEYS.items()}
        auth = package.Auth(package.Config(**keys))
        auth.authenticate()
        self._market_data = package.Data(auth).market_data
        self._day = optional_module("ssi_sdk.enums", self.name).Timeframe.DAY_1
        self._parse_date = optional_module("ssi_sdk.utils", self.name).parse_date

    def fetch(self, symbol: str, first: date, last: date) -> pd.DataFrame:
        """Return the bars of a symbol, which arrive page by page, newest first."""
        bars = self._market_data.iter_ohlc(
            symbol, self._day, first.strftime("%Y/%m/%d"), last.strftime("%Y/%m/%d")
        )
        table = pd.DataFrame(
            [[getattr(bar, field) for field in _FIELDS] for bar in bars], columns=list(COLUMNS)
        )
        table["date"] = pd.to_datetime([self._parse_date(text) for text in table["date"]])
        return table
