"""Yahoo Finance through ``yfinance``: no key, HOSE only, with gaps; fit for a first look."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

from vn30_training.market.connectors.source import COLUMNS, optional_module


class Yahoo:
    """Daily bars of Yahoo Finance, adjusted, VND; its data is for personal use."""

    name = "yahoo"
    calls_a_minute = 30

    def __init__(self) -> None:
        self._package = optional_module("yfinance", self.name)

    def fetch(self, symbol: str, first: date, last: date) -> pd.DataFrame:
        """Return the bars of a symbol; Yahoo counts ``end`` as the first day left out."""
        ticker = symbol if "." in symbol else f"{symbol}.VN"
        bars: pd.DataFrame = self._package.Ticker(ticker).history(
            start=str(first), end=str(last + timedelta(days=1)), auto_adjust=True, actions=False
        )
        bars = bars.rename(columns=str.lower).rename_axis("date").reset_index()
        # Stamps are midnight in Vietnam; taken as UTC they would fall on the day before.
        bars["date"] = [pd.Timestamp(stamp).tz_localize(None).normalize() for stamp in bars["date"]]
        return bars[list(COLUMNS)]
