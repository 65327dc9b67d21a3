"""What checks find, row by row, and how the rows of one symbol become one issue."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from vn30_training.market.checks.codes import issue
from vn30_training.market.issues import DataIssue, Level

Mask = npt.NDArray[np.bool_]
FLAG_COLUMNS = ("symbol", "date", "code", "level", "detail", "source_file", "source_row")
_PLACE = ["symbol", "date", "source_file", "source_row"]
_ROWS_SHOWN = 5


@dataclass
class Findings:
    """Flags and repairs as they accumulate over the checks."""

    flags: list[pd.DataFrame] = field(default_factory=list)
    repairs: list[dict[str, Any]] = field(default_factory=list)

    def flag(
        self,
        code: str,
        rows: pd.DataFrame,
        detail: pd.Series | str,
        level: Level | pd.Series | npt.NDArray[Any] = "warning",
    ) -> None:
        """Note rows of the bars under a code; ``detail`` says what was found in each."""
        if len(rows):
            found = rows.reindex(columns=_PLACE).assign(code=code, level=level, detail=detail)
            self.flags.append(found)

    def repair(self, name: str, rows: pd.DataFrame) -> None:
        """Note a repair of these rows, one entry per symbol."""
        for symbol, count in rows["symbol"].value_counts(sort=False).items():
            self.repairs.append(
                {"repair": name, "symbol": symbol, "file": None, "rows": int(count)}
            )

    def table(self) -> pd.DataFrame:
        """Return all flags as one table, columns `FLAG_COLUMNS`."""
        if not self.flags:
            return pd.DataFrame(columns=list(FLAG_COLUMNS))
        found = pd.concat(self.flags, ignore_index=True)[list(FLAG_COLUMNS)]
        return found.sort_values(["symbol", "code", "date"], ignore_index=True, kind="stable")

    def issues(self) -> list[DataIssue]:
        """Return one issue per symbol, code and level, with the first rows in its message."""
        groups = self.table().groupby(["symbol", "code", "level"], sort=True)
        return [_summarise(rows) for _, rows in groups]


def _summarise(rows: pd.DataFrame) -> DataIssue:
    shown = [
        f"{day:%Y-%m-%d} {detail}".strip()
        for day, detail in zip(
            rows["date"].head(_ROWS_SHOWN), rows["detail"].head(_ROWS_SHOWN), strict=True
        )
    ]
    more = ", ..." if len(rows) > _ROWS_SHOWN else "."
    first = rows.iloc[0]
    return issue(
        str(first["code"]),
        f"{len(rows)} {'day' if len(rows) == 1 else 'days'}: {', '.join(shown)}{more}",
        level="error" if first["level"] == "error" else "warning",
        symbol=str(first["symbol"]),
        file=None if pd.isna(first["source_file"]) else str(first["source_file"]),
        row=None if pd.isna(first["source_row"]) else int(first["source_row"]),
        date=f"{first['date']:%Y-%m-%d}",
    )


def escalated(symbols: pd.Series, mask: Mask, share: float) -> Mask:
    """Say for each row whether its symbol has more than ``share`` of its rows in ``mask``."""
    shares = pd.Series(mask, index=symbols.index).groupby(symbols).transform("mean")
    return (shares > share).to_numpy(bool)
