import json

import numpy as np
import pytest
from scipy.stats import pearsonr, spearmanr

from vn30_training.evaluation.leaderboard import build_leaderboard
from vn30_training.evaluation.tables import (
    coverage_by_symbol,
    instance_metrics,
    monthly_ic,
    reliability,
    symbol_table,
)


def test_symbol_table_scores_one_symbol_through_time(board_inputs):
    forecasts, _ = board_inputs
    table = symbol_table(forecasts).set_index(["family", "symbol"])
    series = forecasts.query("family == 'lost' and symbol == 'S07'")
    row = table.loc[("lost", "S07")]
    assert row["n"] == 250
    assert row["ic"] == pytest.approx(pearsonr(series["y_pred"], series["y_true"])[0])
    assert row["rank_ic"] == pytest.approx(spearmanr(series["y_pred"], series["y_true"])[0])
    assert row["accuracy"] == pytest.approx(
        ((series["p_up"] > 0.5) == (series["y_true"] > 0)).mean()
    )
    assert len(table) == 5 * 30


def test_correlation_and_its_interval_agree_on_what_is_noise(board_inputs):
    table = symbol_table(board_inputs[0])
    lost, clever = (table.query(f"family == '{name}'") for name in ("lost", "clever"))
    assert ((lost["ic_low"] < 0) & (lost["ic_high"] > 0)).mean() > 0.8
    assert (clever["ic_low"] > 0).all()
    assert (clever["ic_t"] > 2).all()
    np.testing.assert_allclose((clever["ic_low"] + clever["ic_high"]) / 2, clever["ic"])


def test_constant_forecast_has_no_correlation(board_inputs):
    zero = symbol_table(board_inputs[0]).query("family == 'zero'")
    assert zero[["ic", "ic_t", "ic_low", "rank_ic"]].isna().all(axis=None)
    assert (zero["mae_skill"] == 0).all()
    assert (zero["pinball_skill"] == 0).all()


def test_months_add_up_to_all_days(board_inputs):
    table = monthly_ic(board_inputs[0])
    clever = table.query("family == 'clever'")
    assert clever["n_days"].sum() == 250
    assert clever["month"].dt.day.eq(1).all()
    assert clever["rank_ic"].gt(0.2).all()
    assert table.query("family == 'zero'")["n_days"].sum() == 0


def test_reliability_is_the_share_at_or_below_the_quantile(board_inputs):
    forecasts, _ = board_inputs
    table = reliability(forecasts).set_index(["family", "level"])
    lost = forecasts.query("family == 'lost'")
    assert table.loc[("lost", 0.1), "observed"] == pytest.approx(
        (lost["y_true"] <= lost["q10"]).mean()
    )
    assert table.loc[("lost", 0.1), "n"] == len(lost)
    assert np.all(np.diff(table.loc["lost", "observed"]) > 0)


def test_coverage_by_symbol(board_inputs):
    forecasts, _ = board_inputs
    table = coverage_by_symbol(forecasts).set_index(["family", "symbol"])
    series = forecasts.query("family == 'lost' and symbol == 'S07'")
    inside = series["y_true"].between(series["q05"], series["q95"]).mean()
    assert table.loc[("lost", "S07"), "coverage_90"] == pytest.approx(inside)
    assert (table["coverage_50"] < table["coverage_80"]).all()


def test_instance_of_many_symbols_is_scored_per_day(board_inputs):
    forecasts, instances = board_inputs
    clever = forecasts.query("family == 'clever'")
    figures = instance_metrics(clever)
    board = build_leaderboard(clever, instances.query("family == 'clever'")).iloc[0]
    for name in ("rank_ic", "rank_icir", "ic", "mae_skill", "accuracy", "crps", "coverage_50"):
        assert figures[name] == pytest.approx(board[name])
    assert "time_ic" not in figures
    assert "pinball_skill" not in figures
    json.dumps(figures, allow_nan=False)


def test_instance_of_one_symbol_is_scored_through_time(board_inputs):
    series = board_inputs[0].query("family == 'lost' and symbol == 'S07'")
    figures = instance_metrics(series)
    assert figures["time_ic"] == pytest.approx(pearsonr(series["y_pred"], series["y_true"])[0])
    assert "ic" not in figures
    assert instance_metrics(series.assign(y_true=np.nan)) == {}
