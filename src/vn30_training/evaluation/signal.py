"""The score as a signal: what its top stocks earn over its bottom ones, and how fast it turns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from vn30_training.evaluation.ic import grouped_correlation
from vn30_training.evaluation.rows import BOARD
from vn30_training.evaluation.sharpe import deflated_sharpe, probabilistic_sharpe, sharpe_ratio
from vn30_training.evaluation.signal_groups import (
    GROUP_COUNT,
    cross_sections,
    daily_means,
    group_returns,
)
from vn30_training.evaluation.statistics import Floats, estimate_mean

__all__ = ["daily_signal", "group_returns", "long_short_returns", "signal_table"]

SESSIONS_A_YEAR = 250
"""HOSE held 247 to 252 sessions in each year from 2013 to 2024."""

SIGNAL_COLUMNS = [
    *BOARD,
    *("long_short", "long_short_t", "long_short_low", "long_short_high"),
    *("sharpe", "psr", "dsr", "trials", "turnover", "rank_autocorrelation", "n_days"),
]


def daily_signal(rows: pd.DataFrame, group_count: int = GROUP_COUNT) -> pd.DataFrame:
    """Follow the top and the bottom group of each family and scope from day to day.

    Parameters
    ----------
    rows
        One row per family, scope, date and symbol: `rows.seed_mean` or more. `cross_sections` says
        how names are grouped and what becomes of ties.
    group_count
        Number of groups.

    Returns
    -------
    DataFrame
        ``family``, ``scope``, ``date``; ``long``, ``short`` (mean return of the top and of the
        bottom group), ``long_short`` (their difference), ``turnover`` (share of the top group's
        names that were not in it on the day before), ``rank_autocorrelation`` (Spearman correlation
        of the scores with those of the day before, over the names of both), ``n_names``; sorted.
        The day before is the last one scored. Returns are those of the label's holding. What a day
        cannot tell is NaN: the first has no turnover, one of equal scores no top group.
    """
    used, days = cross_sections(rows, group_count)
    day, y_true = used["day"].to_numpy(), used["y_true"].to_numpy(dtype=np.float64)
    top, bottom = (used["group"] == group_count).to_numpy(), (used["group"] == 1).to_numpy()
    long = daily_means(day[top], y_true[top], len(days))
    short = daily_means(day[bottom], y_true[bottom], len(days))
    return days[[*BOARD, "date"]].assign(
        long_short=long - short,
        long=long,
        short=short,
        turnover=_turnover(used[top], days),
        rank_autocorrelation=_rank_autocorrelation(used, days),
        n_names=days["n_names"],
    )


def long_short_returns(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what top less bottom group earned over one holding, begun on each day.

    Returns
    -------
    DataFrame
        ``family``, ``scope``, ``date``, ``long_short``; days without a top or a bottom group are
        left out.
    """
    known = daily_signal(rows).dropna(subset=["long_short"])
    kept = known[[*BOARD, "date", "long_short"]].reset_index(drop=True)
    return kept.astype(dict.fromkeys(BOARD, "str"))


def signal_table(rows: pd.DataFrame, holding: int, trials: Mapping[str, Any]) -> pd.DataFrame:
    """Judge every family's and scope's score as a signal to buy and to sell.

    Parameters
    ----------
    rows
        See `daily_signal`.
    holding
        Sessions a label spans.
    trials
        Every trial logged for these data: ``count``, and ``sharpe_variance``, the variance among
        them of the Sharpe ratio per period of `long_short_returns`.

    Returns
    -------
    DataFrame
        The table ``signal`` of `evidence.Evidence`. All its figures are of all days, ``psr`` and
        ``dsr`` allow for their overlap. The Sharpe ratio is annual by the root of
        `SESSIONS_A_YEAR` over ``holding`` and knows no costs.
    """
    records = [
        dict(zip(BOARD, key, strict=True))
        | _mean_figures(part, holding)
        | _sharpe_figures(part["long_short"].to_numpy(), holding, trials)
        for key, part in daily_signal(rows).groupby(BOARD, observed=True)
    ]
    return pd.DataFrame(records, columns=SIGNAL_COLUMNS)


def _turnover(top: pd.DataFrame, days: pd.DataFrame) -> Floats:
    """Return the share of each day's top group that was not in it on the day before."""
    size = np.bincount(top["day"], minlength=len(days))
    stays = _with_day_before(top[[*BOARD, "day", "symbol"]])
    stayed = np.bincount(stays["day"], minlength=len(days))
    follows = (days.groupby(BOARD, observed=True).cumcount() > 0).to_numpy()
    turnover = np.full(len(days), np.nan)
    known = follows & (size > 0) & (np.r_[0, size][:-1] > 0)
    np.divide(size - stayed, size, out=turnover, where=known)
    return turnover


def _rank_autocorrelation(used: pd.DataFrame, days: pd.DataFrame) -> Floats:
    """Correlate the ranks of each day's scores with those of the day before."""
    common = _with_day_before(used[[*BOARD, "day", "symbol", "score"]])
    ranks = common.groupby("day")[["score", "score_before"]].rank()
    known, group = np.unique(common["day"].to_numpy(), return_inverse=True)
    correlation = np.full(len(days), np.nan)
    today, before = ranks["score"].to_numpy(), ranks["score_before"].to_numpy()
    correlation[known] = grouped_correlation(group, today, before)
    return correlation


def _with_day_before(names: pd.DataFrame) -> pd.DataFrame:
    """Keep the names that are there on the day before too, its values beside with ``_before``."""
    before = names.assign(day=names["day"] + 1)
    return names.merge(before, on=[*BOARD, "day", "symbol"], suffixes=("", "_before"))


def _mean_figures(daily: pd.DataFrame, holding: int) -> dict[str, float]:
    long_short = estimate_mean(daily["long_short"], holding)
    return {
        "long_short": long_short.mean,
        "long_short_t": long_short.t,
        "long_short_low": long_short.low,
        "long_short_high": long_short.high,
        "turnover": daily["turnover"].mean(),
        "rank_autocorrelation": daily["rank_autocorrelation"].mean(),
        "n_days": long_short.n,
    }


def _sharpe_figures(returns: Floats, holding: int, trials: Mapping[str, Any]) -> dict[str, float]:
    count, variance = int(trials["count"]), float(trials["sharpe_variance"])
    return {
        "sharpe": sharpe_ratio(returns) * np.sqrt(SESSIONS_A_YEAR / holding),
        "psr": probabilistic_sharpe(returns, holding=holding),
        "dsr": deflated_sharpe(returns, count, variance, holding),
        "trials": count,
    }
