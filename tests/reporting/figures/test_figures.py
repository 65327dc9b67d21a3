"""What every figure keeps: values where the tables have them, floors last, zero in the middle."""

import numpy as np
import pandas as pd
import pytest

from vn30_training.reporting.figures.calibration import coverage_figure, reliability_figure
from vn30_training.reporting.figures.grid import symmetric
from vn30_training.reporting.figures.learning import learning_figure
from vn30_training.reporting.figures.months import cumulative_figure, monthly_figure
from vn30_training.reporting.figures.symbols import symbols_figure
from vn30_training.reporting.figures.theme import FLOOR, colours
from vn30_training.reporting.gallery import CHARTS, draw
from vn30_training.reporting.results import gather, rises_by_probability


@pytest.fixture(scope="module")
def results(run):
    return gather(
        run.leaderboard, run.symbols, run.forecasts, run.curves, run.importance, run.quality
    )


def test_the_same_results_give_the_same_figures(results):
    first, second = draw(results), draw(results)
    assert list(first) == list(CHARTS)
    assert all(first[name].to_json() == second[name].to_json() for name in CHARTS)


def test_symbols_show_the_tables_values_floors_last(results):
    grid = symbols_figure(results.symbols, results.leaderboard).data[0]
    row, column = list(grid.y).index("ridge, per symbol"), list(grid.x).index("CTG")
    ic = results.symbols.set_index(["family", "scope", "symbol"])["ic"]
    assert grid.z[row][column] == pytest.approx(100 * ic["ridge", "symbol", "CTG"])
    floors = ["(floor)" in name for name in grid.y]
    assert floors == sorted(floors)


def test_degenerate_symbols_are_blank_not_zero(results):
    grid = symbols_figure(results.symbols, results.leaderboard).data[0]
    row, column = list(grid.y).index("lightgbm, per symbol"), list(grid.x).index("BID")
    assert np.isnan(grid.z[row][column])
    assert grid.text[row][column] == ""


def test_zero_is_the_middle_of_diverging_scales(results):
    for figure in (
        symbols_figure(results.symbols, results.leaderboard),
        monthly_figure(results.monthly, results.leaderboard),
    ):
        axis = figure.layout.coloraxis
        assert axis.cmin == -axis.cmax


def test_symmetric_bounds_ignore_a_single_extreme():
    values = pd.DataFrame(np.append(np.full(999, 1.0), 50.0).reshape(10, 100))
    assert symmetric(values, least=0.5) == (-1.0, 1.0)
    assert symmetric(values * np.nan, least=0.5) == (-0.5, 0.5)


def test_cumulative_lines_end_at_the_sum(results):
    figure = cumulative_figure(results.daily, results.leaderboard)
    sums = results.daily.groupby(["family", "scope"], observed=True)["rank_ic"].sum(min_count=1)
    ends = sorted(trace.y[-1] for trace in figure.data)
    assert ends == pytest.approx(sorted(sums.dropna()), abs=1e-3)


def test_the_calibration_of_a_perfect_family_is_flat(results):
    perfect = results.reliability.assign(observed=results.reliability["level"].astype(float))
    figure = reliability_figure(perfect, results.leaderboard)
    lines = [trace for trace in figure.data if trace.customdata is not None]
    assert lines
    assert all(np.allclose(line.y, 0) for line in lines)


def test_coverage_has_a_dot_per_symbol(results):
    figure = coverage_figure(results.coverage, results.leaderboard)
    pooled = next(trace for trace in figure.data if trace.y[0] == "ridge, pooled")
    assert sorted(pooled.text) == sorted(results.coverage["symbol"].astype(str).unique())


def test_learning_curves_end_where_most_models_have_stopped(run):
    long = pd.DataFrame(
        {"family": "lstm", "scope": "symbol", "symbol": "ACB", "seed": 0, "epoch": range(1, 51)}
    )
    short = [long.head(10).assign(symbol=name) for name in ("BID", "CTG")]
    curves = pd.concat([long, *short]).assign(train_loss=1.0, valid_loss=1.0)
    figure = learning_figure(curves, run.leaderboard)
    assert max(max(trace.x) for trace in figure.data) == 10


def test_probabilities_that_are_true_lie_on_the_diagonal():
    p_up = np.repeat([0.25, 0.75], 1000)
    rose = np.concatenate([np.arange(1000) < 250, np.arange(1000) < 750])
    rows = pd.DataFrame(
        {"family": "a", "scope": "pooled", "p_up": p_up, "y_true": np.where(rose, 0.01, 0.0)}
    )
    table = rises_by_probability(rows)
    assert table["n"].tolist() == [1000, 1000]
    assert table["observed"].tolist() == pytest.approx(table["p_up"].tolist())


def test_families_keep_their_colours_and_floors_are_grey():
    kinds = {"tft": "model", "ridge": "model", "zero": "naive"}
    tint = colours(["zero", "tft", "ridge", "tft"], kinds)
    assert tint == colours(["tft", "ridge", "zero"], kinds)
    assert tint["zero"] == FLOOR
    assert len(set(tint.values())) == 3


def test_a_bin_of_one_forecast_is_no_evidence():
    p_up = np.append(np.full(999, 0.4), 0.6)
    rows = pd.DataFrame({"family": "a", "scope": "pooled", "p_up": p_up, "y_true": 0.01})
    assert rises_by_probability(rows)["p_up"].tolist() == pytest.approx([0.4])
