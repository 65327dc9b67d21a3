"""What models learn: the return between two future closes, and its forms across symbols."""

from __future__ import annotations

from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from vn30_training.features.processors.cross_section import average_rank, rows_by_date
from vn30_training.features.signals import ewma_volatility, positive_close

MINIMUM_CROSS_SECTION = 3
"""Members with a return that a date needs: the z-scores of two say only which one was higher."""

_EQUAL = 1e-12
_SPANS = {"tradable": (1, 3), "qlib": (1, 2)}


class LabelOptions(BaseModel):
    """From which close to which close the label's return runs.

    Attributes
    ----------
    name
        ``tradable``: from the close of t+1 to the close of t+3, as shares bought on HOSE on t+1 can
        be sold on t+3. ``qlib``: from t+1 to t+2, the label of qlib's examples.
    start, end
        Sessions after t of the two closes; given explicitly they replace those of the name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Literal["tradable", "qlib"] = "tradable"
    start: int = Field(default=1, ge=1)
    end: int = Field(default=3, ge=2)

    @model_validator(mode="before")
    @classmethod
    def _span_of_name(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        start, end = _SPANS.get(values.get("name", "tradable"), _SPANS["tradable"])
        return {"start": start, "end": end, **values}

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        if self.end <= self.start:
            raise ValueError(
                f"The label must end after it starts, not at {self.start}..{self.end}."
            )
        return self


def holding(options: LabelOptions) -> int:
    """Return how many sessions a position of the label is held."""
    return options.end - options.start


def build_labels(
    panel: pd.DataFrame, sessions: pd.DataFrame, options: LabelOptions
) -> pd.DataFrame:
    """Label every row of the panel.

    Parameters
    ----------
    panel
        One row per symbol and session with adjusted ``close`` (NaN on suspended sessions) and
        ``member``; symbols contiguous, dates ascending.
    sessions
        ``date`` of every session, ascending, future ones included.
    options
        The label's span.

    Returns
    -------
    DataFrame
        In the panel's rows and order: ``symbol``, ``date``, ``trade_date``, ``label_end`` (known
        also when in the future), ``member``; ``y_raw`` (float64, NaN where either close is missing:
        a suspended share cannot be traded); ``y_z`` and ``y_rank`` (float32, over the members of
        that date, NaN for others and on dates with fewer than `MINIMUM_CROSS_SECTION`);
        ``volatility`` (float64, EWMA of log returns up to the date, for the label's sessions).

    Raises
    ------
    ValueError
        If a row's date is no session, or the sessions end before the last label does.
    """
    calendar = sessions["date"].to_numpy()
    place = np.searchsorted(calendar, panel["date"].to_numpy())
    _check(panel, calendar, place, options)
    y_raw = _returns(panel, place, options, len(calendar))
    member = panel["member"].to_numpy(dtype=bool)
    y_z, y_rank = _across(panel["date"], np.where(member, y_raw, np.nan))
    return pd.DataFrame(
        {
            "symbol": panel["symbol"],
            "date": panel["date"],
            "trade_date": calendar[place + options.start],
            "label_end": calendar[place + options.end],
            "member": member,
            "y_raw": y_raw,
            "y_z": y_z,
            "y_rank": y_rank,
            "volatility": ewma_volatility(panel) * np.sqrt(holding(options)),
        },
        index=panel.index,
    )


def _check(
    panel: pd.DataFrame,
    calendar: NDArray[np.datetime64],
    place: NDArray[np.intp],
    options: LabelOptions,
) -> None:
    dates = panel["date"].to_numpy()
    known = calendar[np.minimum(place, len(calendar) - 1)] == dates
    if not known.all():
        raise ValueError(f"{dates[~known][0]} is a date of the panel but no session.")
    if place.max(initial=0) + options.end >= len(calendar):
        raise ValueError(
            f"The sessions end on {calendar[-1]}, less than {options.end} after the last bar."
        )


def _returns(
    panel: pd.DataFrame, place: NDArray[np.intp], options: LabelOptions, n_sessions: int
) -> NDArray[np.float64]:
    symbol, names = pd.factorize(panel["symbol"])
    closes = np.full((len(names), n_sessions), np.nan)
    closes[symbol, place] = positive_close(panel)
    bought, sold = closes[symbol, place + options.start], closes[symbol, place + options.end]
    return np.asarray(sold / bought - 1)


def _across(
    dates: pd.Series, returns: NDArray[np.float64]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return z-scores (ddof 1) and normalised ranks per date; equal returns have no z-score."""
    z = np.full(len(returns), np.nan, dtype=np.float32)
    rank = z.copy()
    for rows in rows_by_date(dates):
        known = rows[np.isfinite(returns[rows])]
        if len(known) < MINIMUM_CROSS_SECTION:
            continue
        values = returns[known]
        deviation = values.std(ddof=1)
        if deviation > _EQUAL:
            z[known] = (values - values.mean()) / deviation
        rank[known] = (average_rank(values[:, None])[:, 0] / len(known) - 0.5) * 3.46
    return z, rank
