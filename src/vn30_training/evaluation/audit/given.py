"""What the user hands in, and what a chain makes of it before any model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vn30_training.evaluation.audit.chain import Chain, Frame
from vn30_training.evaluation.audit.cuts import Cut, World, after_cut, noisy_where


@dataclass(frozen=True)
class Tables:
    """The stages of a chain up to labels."""

    panel: Frame
    features: Frame
    labels: Frame


@dataclass(frozen=True)
class Given:
    """Canonical prices, sessions with future ones, and members with their dates."""

    prices: Frame
    sessions: Frame
    members: Frame

    def run(self, chain: Chain) -> Tables:
        """Run the chain up to its labels."""
        panel = chain.panel(self.prices, self.sessions, self.members)
        return Tables(panel, chain.features(panel), chain.labels(panel, self.sessions))

    def cut(self, cut: Cut, world: World, seed: int) -> Self:
        """Return what was known on the day of the cut, followed by noise or by nothing."""
        sessions = self.sessions
        if world == "deleted":
            known = sessions["observed"] & (sessions["date"] <= cut.day)
            sessions = sessions.assign(observed=known)
        prices = after_cut(self.prices, cut.day, world, seed)
        return replace(self, prices=prices, sessions=sessions)

    def noisy(self, rows: NDArray[np.bool_], seed: int) -> Self:
        """Return the same with noise in some rows of the prices."""
        return replace(self, prices=noisy_where(self.prices, rows, seed))

    def joined_late(self, symbol: str, day: pd.Timestamp) -> Self:
        """Return the same with one symbol a member from that day on only."""
        row = pd.DataFrame({"symbol": [symbol], "start_date": [day], "end_date": [pd.NaT]})
        others = self.members[self.members["symbol"] != symbol]
        row = row.astype(self.members[row.columns].dtypes.to_dict())
        return replace(self, members=pd.concat([others, row], ignore_index=True))
