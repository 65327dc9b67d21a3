"""Whether a result holds from fold to fold and from seed to seed."""

from __future__ import annotations

import pandas as pd

from vn30_training.evaluation.ic import daily_ic
from vn30_training.evaluation.rows import BOARD, known_rows, seed_mean
from vn30_training.evaluation.statistics import estimate_mean, holding_sessions

STATUSES = ("ok", "degenerate", "skipped", "failed")
FOLD_COLUMNS = [
    *(*BOARD, "fold", "first", "last"),
    *("rank_ic", "rank_ic_t", "rank_ic_low", "rank_ic_high", "n_days", "n_train"),
    *(f"n_{status}" for status in STATUSES),
]


def fold_table(forecasts: pd.DataFrame, instances: pd.DataFrame) -> pd.DataFrame:
    """Score every family and scope on each fold.

    Parameters
    ----------
    forecasts
        Tidy forecasts stitched into one series; ``fold`` tells which fold a row came from.
    instances
        One row per instance and fold: ``family, scope, fold, status`` (one of `STATUSES`) and
        ``n_train`` (training rows, NaN where nothing was trained).

    Returns
    -------
    DataFrame
        The table ``folds`` of `evidence.Evidence`. ``first`` and ``last`` bound the days that the
        fold forecast, whichever family did; where one gave no forecast, ``rank_ic`` is NaN and
        ``n_days`` 0, and where none did they are missing. ``n_train`` is the mean over instances.
    """
    table = _instances(instances).join(_rank_ics(forecasts), how="outer").reset_index()
    spans = forecasts.groupby("fold")["date"].agg(first="min", last="max")
    for name in spans:
        table[name] = table["fold"].map(spans[name].dt.strftime("%Y-%m-%d"))
    counts = ["n_days", *(f"n_{status}" for status in STATUSES)]
    table[counts] = table[counts].fillna(0).astype(int)
    return table.astype(dict.fromkeys(BOARD, "str"))[FOLD_COLUMNS]


def seed_table(forecasts: pd.DataFrame) -> pd.DataFrame:
    """Score every seed of each family and scope by itself.

    Parameters
    ----------
    forecasts
        Tidy forecasts stitched into one series.

    Returns
    -------
    DataFrame
        The table ``seeds`` of `evidence.Evidence`; ``n_days`` counts days with a rank IC.
    """
    keys = [*BOARD, "seed"]
    daily = daily_ic(known_rows(forecasts), by=keys)
    table = daily.groupby(keys, observed=True)["rank_ic"].agg(rank_ic="mean", n_days="count")
    return table.reset_index().astype(dict.fromkeys(BOARD, "str"))


def _instances(instances: pd.DataFrame) -> pd.DataFrame:
    """Count the instances of each family, scope and fold by status, and average their rows."""
    keys = [*BOARD, "fold"]
    status = instances.pivot_table(index=keys, columns="status", aggfunc="size", fill_value=0)
    counts = status.reindex(columns=list(STATUSES), fill_value=0).add_prefix("n_")
    return counts.assign(n_train=instances.groupby(keys)["n_train"].mean())


def _rank_ics(forecasts: pd.DataFrame) -> pd.DataFrame:
    """Estimate the mean rank IC of each family, scope and fold.

    A date may come from one fold for one symbol and from another for the next; each fold ranks its
    own.
    """
    holding = holding_sessions(forecasts)
    daily = [
        daily_ic(seed_mean(known_rows(part))).assign(fold=fold)
        for fold, part in forecasts.groupby("fold")
    ]
    days = pd.concat(daily).astype(dict.fromkeys(BOARD, "str"))
    keys = [*BOARD, "fold"]
    records = []
    for key, part in days.groupby(keys):
        found = estimate_mean(part["rank_ic"], holding)
        records.append((*key, found.mean, found.t, found.low, found.high, found.n))
    names = ["rank_ic", "rank_ic_t", "rank_ic_low", "rank_ic_high", "n_days"]
    return pd.DataFrame(records, columns=[*keys, *names]).set_index(keys)
