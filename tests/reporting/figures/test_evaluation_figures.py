"""The evaluation's figures: values where the tables have them, marks only where tests agree."""

import numpy as np
import pandas as pd
import pytest
from tests.reporting.fabricated_evidence import FOLDS, REGIMES, fabricate_evaluation

from vn30_training.reporting.figures.folds import folds_figure, timeline_figure
from vn30_training.reporting.figures.months import MOST_WRITTEN, monthly_figure
from vn30_training.reporting.figures.paired import paired_figure
from vn30_training.reporting.figures.pit import pit_figure
from vn30_training.reporting.figures.regimes import regimes_figure
from vn30_training.reporting.figures.seeds import seeds_figure
from vn30_training.reporting.figures.signal import decay_figure, groups_figure
from vn30_training.reporting.figures.slices import slices_figure, symbols_figure
from vn30_training.reporting.pairs import Pairs


@pytest.fixture(scope="module")
def evaluation(run):
    return fabricate_evaluation(run)


@pytest.fixture(scope="module")
def evidence(evaluation):
    return evaluation.evidence


@pytest.fixture(scope="module")
def board(evidence):
    return evidence.leaderboard


def cell(figure, row: str, column: str) -> tuple[float, str]:
    grid = figure.data[0]
    at = list(grid.y).index(row), list(grid.x).index(column)
    return grid.z[at[0]][at[1]], grid.text[at[0]][at[1]]


def test_the_matrix_is_antisymmetric_with_an_empty_diagonal(evidence, board):
    z = np.array(paired_figure(evidence.paired, board).data[0].z, dtype=float)
    assert np.isnan(np.diag(z)).all()
    np.testing.assert_allclose(np.nan_to_num(z), -np.nan_to_num(z.T))


def test_the_matrix_marks_exactly_what_interval_and_holm_tell_apart(evidence, board):
    figure = paired_figure(evidence.paired, board)
    found = Pairs(evidence.paired).of("rank_ic", ("tft", "symbol"), ("reversal_1", "pooled"))
    z, text = cell(figure, "tft, per symbol", "reversal_1 (floor)")
    assert z == pytest.approx(100 * found.difference)
    assert text.endswith("*</b>") == (found.word != "no better")
    unsure = paired_figure(evidence.paired.assign(p_holm=0.06), board)
    assert not any("*" in text for row in unsure.data[0].text for text in row)


def test_groups_keep_values_and_intervals(evidence, board):
    figure = groups_figure(evidence.groups, board)
    table = evidence.groups.query("family == 'ridge' and scope == 'pooled'")
    line = next(trace for trace in figure.data if "ridge, pooled" in str(trace.hovertemplate))
    np.testing.assert_allclose(line.y, 100 * table["mean_return"], atol=1e-5)
    ends = np.array(line.y) - np.array(line.error_y.arrayminus)
    np.testing.assert_allclose(ends, 100 * table["low"], atol=2e-5)


def test_decay_names_its_horizons_and_shows_floors(evidence, board):
    figure = decay_figure(evidence.decay, board)
    assert list(figure.layout.xaxis.ticktext) == ["1", "2", "3", "5", "10", "20"]
    assert any("floor" in str(trace.hovertemplate) for trace in figure.data)


def test_pit_of_a_calibrated_family_is_flat(evidence, board):
    figure = pit_figure(evidence.pit.assign(share=0.1), board)
    bars = [trace for trace in figure.data if trace.type == "bar"]
    assert len(bars) == len(board)
    assert all(np.allclose(trace.y, 10) for trace in bars)


def test_slices_write_coverage_and_colour_the_miss(evidence, board):
    table = evidence.calibration
    mine = (table["family"] == "ridge") & (table["slice"] == "limit") & (table["scope"] == "pooled")
    table = table.assign(coverage_80=table["coverage_80"].mask(mine, 0.55))
    z, text = cell(slices_figure(table, board, "given"), "ridge, pooled", "limit")
    assert text == "55.0"
    assert z == -10.0


def test_both_variants_of_coverage_by_symbol_have_one_scale(evidence, board):
    ranges = [
        symbols_figure(evidence.calibration, board, variant).layout.xaxis.range
        for variant in ("given", "recalibrated")
    ]
    assert ranges[0] == ranges[1]
    assert ranges[0][0] < 76 < 84 < ranges[0][1]


def test_every_regime_has_every_row_with_its_interval(evidence, board):
    for value in ("rank_ic", "increment"):
        figure = regimes_figure(evidence.regimes, board, value)
        assert len(figure.data) == len(evidence.regimes)
        lows = sorted(trace.x[0] - trace.error_x.arrayminus[0] for trace in figure.data)
        np.testing.assert_allclose(lows, sorted(evidence.regimes[f"{value}_low"]))
        titles = [note.text for note in figure.layout.annotations]
        assert [name for name in REGIMES if not any(name in title for title in titles)] == []


def test_folds_show_what_was_skipped(evidence, board):
    figure = folds_figure(evidence.folds, board)
    told = [text for row in figure.data[0].customdata for text in row]
    assert any("skipped" in text and "failed" in text for text in told)
    bold = sum(text.startswith("<b>") for row in figure.data[0].text for text in row)
    low, high = evidence.folds["rank_ic_low"], evidence.folds["rank_ic_high"]
    assert 0 < bold == ((low > 0) | (high < 0)).sum() < len(evidence.folds)


def test_the_timeline_has_no_test_inside_its_own_training(evaluation):
    figure = timeline_figure(evaluation.manifest["scheme"]["folds"])
    spans = {trace.name: list(zip(trace.base, trace.x, strict=True)) for trace in figure.data}
    assert {name: len(bars) for name, bars in spans.items()} == dict.fromkeys(
        ("training", "validation", "test"), FOLDS
    )
    assert timeline_figure([{"number": 1, "reason": "too few sessions"}]).layout.height == 90


def test_seeds_have_a_dot_each(evidence, board):
    figure = seeds_figure(evidence.seeds, board)
    dots = sum(len(trace.x) for trace in figure.data if trace.mode == "markers")
    assert dots == len(evidence.seeds)


def test_many_months_are_a_strip_without_numbers(evidence, board):
    few = monthly_figure(evidence.monthly, board)
    assert any(text for row in few.data[0].text for text in row)
    first = evidence.monthly["month"].min()
    later = evidence.monthly.assign(month=first + pd.DateOffset(months=MOST_WRITTEN + 1))
    between = pd.date_range(first, periods=MOST_WRITTEN, freq="MS")
    row = evidence.monthly.dropna(subset=["rank_ic"]).iloc[[0]]
    filled = pd.concat([later, *(row.assign(month=month) for month in between)])
    many = monthly_figure(filled.drop_duplicates(["family", "scope", "month"]), board)
    assert not any(text for row in many.data[0].text for text in row)
    assert many.layout.xaxis.ticktext[0].isdigit()
