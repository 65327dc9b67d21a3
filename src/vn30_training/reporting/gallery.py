"""Every figure of the report by its name, with the sentences that say how to read it."""

from __future__ import annotations

import plotly.graph_objects as go

from vn30_training.reporting.charts import Chart, draw_all
from vn30_training.reporting.figures.calibration import (
    coverage_figure,
    direction_figure,
    reliability_figure,
)
from vn30_training.reporting.figures.importance import importance_figure
from vn30_training.reporting.figures.intervals import leaderboard_figure, scopes_figure
from vn30_training.reporting.figures.learning import learning_figure
from vn30_training.reporting.figures.months import cumulative_figure, monthly_figure
from vn30_training.reporting.figures.quality import quality_figure
from vn30_training.reporting.figures.symbols import symbols_figure
from vn30_training.reporting.results import Results

CHARTS: dict[str, Chart[Results]] = {
    "leaderboard": Chart(
        "Rank IC with its uncertainty",
        "A point is the mean rank IC, its line the 95 % interval.",
        "A floor knows nothing but past prices by a fixed rule; grey rows are floors.",
        lambda results: leaderboard_figure(results.leaderboard),
    ),
    "scopes": Chart(
        "Pooled beside per symbol",
        "Filled points are one model for all stocks, open ones a model per stock; lines are 95 % "
        "intervals.",
        "A model of noise lies at zero; the dotted line is the best floor, which costs nothing.",
        lambda results: scopes_figure(results.leaderboard),
    ),
    "heatmap": Chart(
        "Families by symbols",
        "Each cell is the correlation of forecast and return through time for one stock, times "
        "100; bold where its 95 % interval leaves out zero. Point at a cell for the interval, "
        "errors and accuracy.",
        "Luck alone makes one cell in twenty bold; floors stand below the models. A constant "
        "forecast correlates with nothing and has no row.",
        lambda results: symbols_figure(results.symbols, results.leaderboard),
    ),
    "monthly_ic": Chart(
        "Rank IC by month",
        "Blue months ordered the stocks rightly, orange ones the wrong way round; cells are the "
        "mean daily rank IC times 100.",
        "With thirty stocks, pure luck stays within about ± 5 in two months of three, so single "
        "cells mean little.",
        lambda results: monthly_figure(results.monthly, results.leaderboard),
    ),
    "cumulative_ic": Chart(
        "Rank IC added up",
        "A steady climb is a steady edge; a jump is a lucky spell. Full lines are pooled, dotted "
        "ones per symbol, dashed ones fine-tuned, grey ones floors.",
        "Doing nothing is the flat line at zero.",
        lambda results: cumulative_figure(results.daily, results.leaderboard),
    ),
    "reliability": Chart(
        "Are the quantiles where they say",
        "Height is how many points too often returns fell below the quantile; the band of ± 2 "
        "points is good calibration.",
        "EWMA volatility around zero, a floor, is in grey: a model's quantiles should lie no "
        "further from zero.",
        lambda results: reliability_figure(results.reliability, results.leaderboard),
    ),
    "coverage": Chart(
        "Coverage by symbol",
        "A dot is one stock: the share of its returns inside the 80 % interval. Left of 80 the "
        "intervals are too narrow, right of it too wide.",
        "The band is 76 to 84 %; floors are in grey.",
        lambda results: coverage_figure(results.coverage, results.leaderboard),
    ),
    "direction": Chart(
        "Probability of a rise",
        "Forecasts in ten bins by their probability of a rise: on the dotted diagonal "
        "probabilities mean what they say.",
        "The level line is how often prices rose at all: a flat curve on it knows nothing of "
        "direction. Flat days count as no rise.",
        lambda results: direction_figure(results.direction, results.leaderboard),
    ),
    "learning_curves": Chart(
        "Learning curves",
        "Strong lines are validation loss, faint ones training loss. Where a panel holds several "
        "models, lines are medians and the band holds 80 % of them. Steps are epochs, boosting "
        "rounds or, for ridge, the penalties tried.",
        "A validation curve that never falls below its start has learned nothing; one that rises "
        "while training falls is learning noise.",
        lambda results: learning_figure(results.curves, results.leaderboard),
    ),
    "importance": Chart(
        "Importance by feature family",
        "Shares of importance per model, in per cent, summed within families of features because "
        "single columns are near copies of each other; the 24 most used. Blank: not among the "
        "model's features.",
        "A model without preference spreads evenly; bold is at least twice that, and pointing at "
        "a cell tells how much an even spread is.",
        lambda results: importance_figure(results.importance, results.feature_families),
    ),
    "quality": Chart(
        "Quality per symbol",
        "The score of each stock's data and the parts it is made of: blank is 1.00, the darker "
        "the worse.",
        "Clean files leave the map empty.",
        lambda results: quality_figure(results.quality),
    ),
}


def draw(results: Results) -> dict[str, go.Figure]:
    """Return every figure by name; a figure without data says so."""
    return draw_all(CHARTS, results)
