"""The signal analysis of qlib, to the digit, for those who compare with its reports."""

from __future__ import annotations

import pandas as pd

from vn30_training.evaluation.ic import daily_ic

QUANTILE = 0.2
"""Share of a day's names that qlib buys, and as many that it sells."""


def qlib_signal(pred_label: pd.DataFrame) -> pd.DataFrame:
    """Compute qlib's daily signal metrics (``qlib.contrib.eva.alpha``, version 0.9.7).

    They differ from `signal.daily_signal`: long-short is halved (half the money is long, half
    short), top and bottom hold 20 % of the names rounded down, names without a label among them,
    ties go by the order of rows, and the autocorrelation is Pearson's.

    Parameters
    ----------
    pred_label
        Columns ``pred`` and ``label``, indexed by ``datetime`` and ``instrument``; NaN allowed.

    Returns
    -------
    DataFrame
        Indexed by date: ``ic``, ``rank_ic``, ``long_short``, ``avg`` (mean label of all),
        ``long_prec`` and ``short_prec`` (share of the top above, of the bottom below the day's mean
        label, of those with a label), ``autocorr1`` (of the predictions with the day before).
    """
    pairs = pred_label.rename_axis(["date", "symbol"])
    scores = pairs.rename(columns={"pred": "score", "label": "y_true"}).reset_index()
    ic = daily_ic(scores, by=[]).set_index("date")[["ic", "rank_ic"]]
    wide = scores.pivot_table(index="date", columns="symbol", values="score")
    autocorrelation = wide.corrwith(wide.shift(1), axis=1).rename("autocorr1")
    by_day = pairs.reset_index("symbol", drop=True).groupby("date")
    return (
        by_day.apply(_long_and_short)
        .join(ic)
        .join(autocorrelation)[
            ["ic", "rank_ic", "long_short", "avg", "long_prec", "short_prec", "autocorr1"]
        ]
    )


def _long_and_short(day: pd.DataFrame) -> pd.Series[float]:
    """Compare the labels of the highest and of the lowest predictions of one day."""
    day = day.reset_index(drop=True)
    held, average = int(QUANTILE * len(day)), day["label"].mean()
    long = day.nlargest(held, "pred")["label"].dropna()
    short = day.nsmallest(held, "pred")["label"].dropna()
    return pd.Series(
        {
            "long_short": (long.mean() - short.mean()) / 2,
            "avg": average,
            "long_prec": (long > average).mean(),
            "short_prec": (short < average).mean(),
        }
    )
