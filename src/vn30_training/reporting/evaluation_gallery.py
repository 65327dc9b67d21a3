"""Every figure of the evaluation's report, with the sentences that say how to read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from vn30_training.evaluation.evidence import Evidence
from vn30_training.evaluation.ic import daily_ic
from vn30_training.evaluation.rows import known_rows, seed_mean
from vn30_training.reporting.charts import Chart, draw_all
from vn30_training.reporting.figures.folds import folds_figure, timeline_figure
from vn30_training.reporting.figures.intervals import leaderboard_figure
from vn30_training.reporting.figures.months import cumulative_figure, monthly_figure
from vn30_training.reporting.figures.paired import paired_figure
from vn30_training.reporting.figures.pit import pit_figure
from vn30_training.reporting.figures.regimes import regimes_figure
from vn30_training.reporting.figures.seeds import seeds_figure
from vn30_training.reporting.figures.signal import decay_figure, groups_figure
from vn30_training.reporting.figures.slices import slices_figure, symbols_figure
from vn30_training.reporting.headline import is_simulated
from vn30_training.reporting.regime_names import by_months


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What the figures are drawn from: the evidence, daily rank IC, and how folds lie in time."""

    evidence: Evidence
    daily: pd.DataFrame
    scheme: Mapping[str, Any]

    @property
    def board(self) -> pd.DataFrame:
        """The leaderboard, which gives every figure its rows."""
        return self.evidence.leaderboard


def evaluated(
    evidence: Evidence, forecasts: pd.DataFrame, manifest: Mapping[str, Any]
) -> Evaluated:
    """Put beside the evidence, with regimes as they are called, what comes of the forecasts."""
    named = by_months(evidence) if is_simulated(manifest) else evidence
    daily = daily_ic(seed_mean(known_rows(forecasts)))
    return Evaluated(named, daily, manifest.get("scheme") or {})


CHARTS: dict[str, Chart[Evaluated]] = {
    "leaderboard": Chart(
        "Rank IC with its uncertainty",
        "A point is the mean rank IC over all folds, its line the 95 % interval.",
        "A floor knows nothing but past prices by a fixed rule; grey rows are floors.",
        lambda given: leaderboard_figure(given.board),
    ),
    "paired": Chart(
        "What beats what",
        "Each cell is the rank IC of the row less that of the column, times 100, on the same days: "
        "blue where the row is ahead, orange where it is behind. Only bold cells with a star "
        "differ by interval and by Holm's p below 0.05; point at a cell for both.",
        "Every other cell, whatever its colour, is a difference that luck can explain: no better.",
        lambda given: paired_figure(given.evidence.paired, given.board),
    ),
    "timeline": Chart(
        "Folds in time",
        "What was learned from, what stopped the learning, and what was tested, fold by fold; a "
        "fold at which nothing was trained has the spans of the older model that forecast it.",
        "No test lies inside the training of its own fold; between them labels are left out.",
        lambda given: timeline_figure(given.scheme.get("folds") or ()),
    ),
    "groups": Chart(
        "Return by group of score",
        "Each day's stocks in groups by score, their return less that day's mean, before costs; "
        "lines are 95 % intervals. A ranking worth something climbs from left to right.",
        "Luck lies on the zero line; floors are in the last panel.",
        lambda given: groups_figure(given.evidence.groups, given.board),
    ),
    "decay": Chart(
        "How long the signal lasts",
        "Rank IC of the same score with the return of longer and longer holdings; lines are 95 % "
        "intervals.",
        "Longer holdings overlap more, so their intervals are wider; floors are in the last panel.",
        lambda given: decay_figure(given.evidence.decay, given.board),
    ),
    "monthly_ic": Chart(
        "Rank IC by month",
        "Blue months ordered the stocks rightly, orange ones the wrong way round; point at a cell "
        "for its number.",
        "With thirty stocks, pure luck stays within about ± 5 hundredths in two months of three, "
        "so single cells mean little.",
        lambda given: monthly_figure(given.evidence.monthly, given.board),
    ),
    "cumulative_ic": Chart(
        "Rank IC added up",
        "A steady climb is a steady edge; a jump is a lucky spell. Full lines are pooled, dotted "
        "ones per symbol, dashed ones fine-tuned, grey ones floors.",
        "Doing nothing is the flat line at zero; a sum of luck wanders away from it too.",
        lambda given: cumulative_figure(given.daily, given.board),
    ),
    "pit": Chart(
        "Where returns fall among the quantiles",
        "Bars are the quantiles as given, the stepped line as recalibrated; a cup is too narrow, a "
        "hill too wide, a slope leans to one side.",
        "The dotted line at 10 % is perfect. Returns of exactly zero are spread over the bins that "
        "their atom covers, or they would all fall into one.",
        lambda given: pit_figure(given.evidence.pit, given.board),
    ),
    "slices_given": Chart(
        "Coverage where markets are not ordinary, as given",
        "The share of returns inside the 80 % interval: orange holds less than it should, blue "
        "more. Limit: the stock had closed at a price limit; flat: the return was exactly zero.",
        "Perfect is 80.0 and no colour; colours end ten points off. Flat and moving are known only "
        "afterwards: no forecaster holds 80 in both. Floors stand below.",
        lambda given: slices_figure(given.evidence.calibration, given.board, "given"),
    ),
    "slices_recalibrated": Chart(
        "The same, recalibrated",
        "Quantiles corrected day by day by the errors that were known by then.",
        "Perfect is 80.0 and no colour. Floors are recalibrated like the models.",
        lambda given: slices_figure(given.evidence.calibration, given.board, "recalibrated"),
    ),
    "coverage_given": Chart(
        "Coverage by symbol, as given",
        "A dot is one stock: the share of its returns inside the 80 % interval. Left of 80 the "
        "intervals are too narrow, right of it too wide.",
        "The band is 76 to 84 %, where nine stocks of ten should lie; floors are in grey.",
        lambda given: symbols_figure(given.evidence.calibration, given.board, "given"),
    ),
    "coverage_recalibrated": Chart(
        "The same, recalibrated",
        "A dot is one stock.",
        "The band is 76 to 84 %; floors are in grey.",
        lambda given: symbols_figure(given.evidence.calibration, given.board, "recalibrated"),
    ),
    "regimes": Chart(
        "Regime by regime",
        "Mean rank IC with its 95 % interval inside each span, whose dates are in the table; the "
        "market is the equal-weighted return of the span.",
        "Regimes are those of the real market, found with hindsight: nobody could have known which "
        "one it was, and on a simulated market they are spans of time. Each "
        "interval stands alone, and of the many here one in twenty misses the truth by luck. Grey "
        "rows are floors.",
        lambda given: regimes_figure(given.evidence.regimes, given.board),
    ),
    "regimes_increment": Chart(
        "Regime by regime, less reversal",
        "The same less the rank IC of one-day reversal on the same days and stocks.",
        "Zero is reversal itself, which costs nothing; an interval across it is no better.",
        lambda given: regimes_figure(given.evidence.regimes, given.board, "increment"),
    ),
    "folds": Chart(
        "Fold by fold",
        "Rank IC of each fold's test, times 100; bold where its 95 % interval leaves out "
        "zero. Point at a cell for days, training rows, and instances skipped or failed.",
        "Luck alone makes one cell in twenty bold; floors stand below the models.",
        lambda given: folds_figure(given.evidence.folds, given.board),
    ),
    "seeds": Chart(
        "Seeds",
        "A dot is one seed by itself; the pale bar is the 95 % interval of the seeds' mean, which "
        "is what is scored.",
        "Where dots lie further apart than two rows do, the rows differ by the throw of the dice. "
        "Floors have one seed, as has anything that learns without chance.",
        lambda given: seeds_figure(given.evidence.seeds, given.board),
    ),
}


def draw_evaluation(
    evidence: Evidence, forecasts: pd.DataFrame, manifest: Mapping[str, Any]
) -> dict[str, go.Figure]:
    """Return every figure of the evaluation by name; a figure without data says so.

    Parameters
    ----------
    evidence
        What the evaluation found.
    forecasts
        The stitched tidy forecasts.
    manifest
        Its ``scheme`` says how the folds lie in time.
    """
    return draw_all(CHARTS, evaluated(evidence, forecasts, manifest))
