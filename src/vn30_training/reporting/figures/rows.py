"""The order and the names of rows (family and scope), the same in every table and figure."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from vn30_training.reporting.figures.theme import colours
from vn30_training.reporting.formatting import SCOPE_WORDS

SCOPE_SYMBOLS = {"pooled": "circle", "symbol": "circle-open", "finetuned": "diamond"}
SCOPE_DASHES = {"pooled": "solid", "symbol": "dot", "finetuned": "dash"}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the leaderboard: what it is called and how it is drawn."""

    family: str
    scope: str
    naive: bool
    colour: str

    @property
    def label(self) -> str:
        """The row's name; a floor has no scope worth telling."""
        if self.naive:
            return f"{self.family} (floor)"
        return f"{self.family}, {SCOPE_WORDS.get(self.scope, self.scope)}"

    def of(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return this row's part of a table with columns ``family`` and ``scope``."""
        return table[(table["family"] == self.family) & (table["scope"] == self.scope)]


def leaderboard_rows(leaderboard: pd.DataFrame) -> tuple[Row, ...]:
    """Return the rows in the order of the leaderboard.

    Parameters
    ----------
    leaderboard
        Columns ``family, scope, kind``.
    """
    keys = leaderboard[["family", "scope", "kind"]].astype(str)
    tint = colours(keys["family"], dict(zip(keys["family"], keys["kind"], strict=True)))
    return tuple(
        Row(family, scope, kind == "naive", tint[family])
        for family, scope, kind in keys.itertuples(index=False)
    )


def models_first(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """Return the rows with all floors after all models, otherwise in the same order."""
    return tuple(sorted(rows, key=lambda row: row.naive))
