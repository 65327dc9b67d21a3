"""Options of the simulated market, and the sectors of its symbols."""

from __future__ import annotations

from datetime import date
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

SECTORS = {
    "ACB": "Banks",
    "BCM": "Real Estate",
    "BID": "Banks",
    "CTG": "Banks",
    "DGC": "Chemicals",
    "FPT": "Technology",
    "GAS": "Utilities",
    "GVR": "Chemicals",
    "HDB": "Banks",
    "HPG": "Basic Resources",
    "LPB": "Banks",
    "MBB": "Banks",
    "MSN": "Food and Beverage",
    "MWG": "Retail",
    "PLX": "Oil and Gas",
    "SAB": "Food and Beverage",
    "SHB": "Banks",
    "SSB": "Banks",
    "SSI": "Financial Services",
    "STB": "Banks",
    "TCB": "Banks",
    "TPB": "Banks",
    "VCB": "Banks",
    "VHM": "Real Estate",
    "VIB": "Banks",
    "VIC": "Real Estate",
    "VJC": "Travel and Leisure",
    "VNM": "Food and Beverage",
    "VPB": "Banks",
    "VRE": "Real Estate",
}
"""The names of the thirty members of 2025-08-25; nothing but the names is theirs."""

OTHER_SECTOR = "Unknown"


class SimulatedMarketOptions(BaseModel):
    """What market to simulate.

    Attributes
    ----------
    seed
        Same options, same bytes.
    symbols
        Names of the stocks; those not among the default ones share the sector ``Unknown``.
    start, end
        First and last day; the sessions between follow Vietnam's public holidays.
    signal_ic
        Size of the planted signal: the mean daily rank correlation of its score with the return
        from the close of t+1 to the close of t+3. 0 plants none: then nothing predicts returns.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = Field(default=7, ge=0)
    symbols: tuple[str, ...] = Field(default=tuple(SECTORS), min_length=1)
    start: date = date(2015, 9, 1)
    end: date = date(2025, 8, 29)
    signal_ic: float = Field(default=0.04, ge=0, le=0.3)

    @model_validator(mode="after")
    def _enough(self) -> Self:
        if len(set(self.symbols)) < len(self.symbols):
            raise ValueError("A symbol is named twice.")
        if (self.end - self.start).days < 30:
            raise ValueError(f"The market must last 30 days, not {self.start} to {self.end}.")
        return self

    @property
    def sectors(self) -> dict[str, str]:
        """Return the sector of each symbol."""
        return {symbol: SECTORS.get(symbol, OTHER_SECTOR) for symbol in self.symbols}
