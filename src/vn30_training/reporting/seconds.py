"""How long fits took, beside the leaderboard and never in it: the same results give its bytes."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd


def with_seconds(
    leaderboard: pd.DataFrame, instances: pd.DataFrame, seconds: Mapping[str, float]
) -> pd.DataFrame:
    """Add ``fit_seconds``: what the fits of a family and scope took in all.

    Parameters
    ----------
    leaderboard
        ``family``, ``scope`` and whatever else.
    instances
        ``family``, ``scope``, ``name``.
    seconds
        Seconds by node; an instance is fitted by ``<name>.fit`` or ``<name>.finetune``.
    """
    names = instances["name"]
    own, tuned = ((names + f".{node}").map(seconds) for node in ("fit", "finetune"))
    fits = instances.assign(fit_seconds=own.fillna(tuned))
    taken = fits.groupby(["family", "scope"])["fit_seconds"].sum(min_count=1)
    return leaderboard.join(taken, on=["family", "scope"])
