import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from vn30_training.evaluation.columns import MEANING
from vn30_training.evaluation.leaderboard import build_leaderboard
from vn30_training.models.contract import QUANTILE_COLUMNS, QUANTILES


@pytest.fixture(scope="module")
def board(board_inputs) -> pd.DataFrame:
    return build_leaderboard(*board_inputs).set_index("family")


def slow_rank_ic(forecasts: pd.DataFrame) -> float:
    """Mean over days of Spearman's correlation, one day at a time."""
    return np.mean(
        [spearmanr(day["score"], day["y_true"])[0] for _, day in forecasts.groupby("date")]
    )


def slow_pinball(forecasts: pd.DataFrame) -> float:
    """Mean pinball loss, one forecast at a time."""
    total = 0.0
    for row in forecasts.itertuples():
        for level, column in zip(QUANTILES, QUANTILE_COLUMNS, strict=True):
            error = row.y_true - getattr(row, column)
            total += level * error if error > 0 else (level - 1) * error
    return total / len(forecasts) / len(QUANTILES)


def test_columns_and_order(board_inputs):
    board = build_leaderboard(*board_inputs)
    assert board.columns.tolist() == list(MEANING)
    assert board["family"].tolist()[0] == "clever"
    assert board["ranked"].tolist() == [True, True, True, False, False]
    assert board["rank_ic"].iloc[:3].is_monotonic_decreasing


def test_agrees_with_plain_loops(board, board_inputs):
    lost = board_inputs[0].query("family == 'lost'")
    reversal = board_inputs[0].query("family == 'reversal_1'")
    row = board.loc["lost"]
    assert row["n_days"] == 250
    assert row["n_rows"] == len(lost)
    assert row["rank_ic"] == pytest.approx(slow_rank_ic(lost))
    increment = slow_rank_ic(lost) - slow_rank_ic(reversal)
    assert row["increment_over_reversal"] == pytest.approx(increment)
    assert row["pinball"] == pytest.approx(slow_pinball(lost))
    mae = (lost["y_true"] - lost["y_pred"]).abs().mean()
    assert row["mae_skill"] == pytest.approx(1 - mae / lost["y_true"].abs().mean())
    inside = lost["y_true"].between(lost["q10"], lost["q90"])
    assert row["coverage_80"] == pytest.approx(inside.mean())


def test_verdicts_are_in_plain_words(board):
    assert board.loc["clever", "verdict"].startswith("better than reversal: difference 0.3")
    assert "better than zero in MAE" in board.loc["clever", "verdict"]
    assert board.loc["lost", "verdict"].startswith("no better than reversal: difference 0.0")
    assert "worse than zero in MAE" in board.loc["lost", "verdict"]
    assert board.loc["reversal_1", "verdict"].startswith("reversal itself")
    assert board.loc["zero", "verdict"].startswith("not ranked: one score for all stocks")


def test_naive_families_are_marked(board):
    assert board["kind"].to_dict() == {
        "clever": "model", "lost": "model", "reversal_1": "naive", "ewma": "naive", "zero": "naive",
    }  # fmt: skip


def test_seeds_are_averaged_and_their_spread_shown(board, board_inputs):
    clever = board_inputs[0].query("family == 'clever'")
    by_seed = [slow_rank_ic(rows) for _, rows in clever.groupby("seed")]
    assert board.loc["clever", "seeds"] == 2
    assert board.loc["clever", "rank_ic_seed_std"] == pytest.approx(np.std(by_seed, ddof=1))
    assert board.loc["clever", "rank_ic"] > max(by_seed)
    assert np.isnan(board.loc["lost", "rank_ic_seed_std"])


def test_comparison_uses_the_same_stocks_and_days(board_inputs):
    forecasts, instances = board_inputs
    thin = forecasts[(forecasts["family"] != "lost") | (forecasts["symbol"] < "S10")]
    lost = thin.query("family == 'lost'")
    reversal = thin.query("family == 'reversal_1' and symbol < 'S10'")
    row = build_leaderboard(thin, instances).set_index("family").loc["lost"]
    assert row["n_rows"] == len(lost)
    increment = slow_rank_ic(lost) - slow_rank_ic(reversal)
    assert row["increment_over_reversal"] == pytest.approx(increment)


def test_only_members_with_a_known_return_are_scored(board_inputs):
    forecasts, instances = board_inputs
    spoiled = forecasts.copy()
    spoiled.loc[spoiled["symbol"] == "S00", "member"] = False
    spoiled.loc[spoiled["date"] == spoiled["date"].max(), "y_true"] = np.nan
    kept = forecasts[(forecasts["symbol"] != "S00") & (forecasts["date"] < forecasts["date"].max())]
    pd.testing.assert_frame_equal(
        build_leaderboard(spoiled, instances), build_leaderboard(kept, instances)
    )


def test_row_order_does_not_matter(board_inputs):
    forecasts, instances = board_inputs
    shuffled = forecasts.sample(frac=1, random_state=0)
    pd.testing.assert_frame_equal(
        build_leaderboard(shuffled, instances), build_leaderboard(forecasts, instances)
    )


def test_failed_and_degenerate_families_are_shown_but_not_ranked(board_inputs, instance_row):
    forecasts, instances = board_inputs
    added = [
        instance_row("gone", status="failed", reason="no training rows"),
        *(instance_row("flat", "symbol", symbol=name, status="degenerate", reason="no splits")
          for name in ("S00", "S01")),
        instance_row("flat", "symbol", symbol="S02"),
    ]  # fmt: skip
    board = build_leaderboard(forecasts, pd.concat([instances, pd.DataFrame(added)]))
    board = board.set_index("family")
    assert board.loc["gone", "verdict"] == "not ranked: failed: no training rows"
    assert board.loc["flat", "verdict"] == (
        "not ranked: 2 of 3 instances failed or are degenerate: no splits"
    )
    assert not board.loc[["gone", "flat"], "ranked"].any()
    assert board.loc["flat", ["n_ok", "n_failed", "n_degenerate"]].tolist() == [1, 0, 2]


def test_degenerate_symbols_are_left_out_of_their_family(board_inputs, instance_row):
    forecasts, instances = board_inputs
    symbols = forecasts["symbol"].unique()
    own = [instance_row("lost", symbol=name) for name in symbols]
    own[3] |= {"status": "degenerate", "reason": "constant"}
    instances = pd.concat([instances.query("family != 'lost'"), pd.DataFrame(own)])
    row = build_leaderboard(forecasts, instances).set_index("family").loc["lost"]
    assert row["n_rows"] == 29 * 250
    assert row["n_degenerate"] == 1
    assert row["ranked"]


def test_a_fold_at_which_the_model_is_degenerate_is_left_out(board_inputs, instance_row):
    forecasts, instances = board_inputs
    days = np.sort(forecasts["date"].unique())
    forecasts = forecasts.assign(fold=np.where(forecasts["date"] < days[100], 1, 2))
    instances = instances.assign(symbol=None)
    folds = pd.concat([instances.assign(fold=fold) for fold in (1, 2)], ignore_index=True)
    lost = folds.index[(folds["family"] == "lost") & (folds["fold"] == 1)]
    folds.loc[lost, ["status", "reason"]] = ["degenerate", "constant"]
    board = build_leaderboard(forecasts, folds).set_index("family")
    assert board.loc["lost", "n_days"] == len(days) - 100
    assert board.loc["clever", "n_days"] == len(days)


def test_nothing_but_failures_still_gives_a_board(board_inputs, instance_row):
    failed = pd.DataFrame([instance_row("gone", status="failed", reason="no rows")])
    board = build_leaderboard(board_inputs[0].head(0), failed)
    assert board.columns.tolist() == list(MEANING)
    assert board["verdict"].tolist() == ["not ranked: failed: no rows"]


def test_three_symbols_and_eight_days_have_figures_but_no_certainty(tidy, returns, instance_row):
    few = returns[(returns["symbol"] < "S03") & (returns["date"] < "2023-01-12")]
    score = np.random.default_rng(0).normal(size=len(few))
    tiny = pd.concat([tidy(few, "reversal_1", score), tidy(few, "lost", -score)])
    tiny.loc[tiny["family"] == "lost", ["p_up", *QUANTILE_COLUMNS]] = np.nan
    instances = pd.DataFrame([instance_row("reversal_1"), instance_row("lost")])
    row = build_leaderboard(tiny, instances).set_index("family").loc["lost"]
    assert (row["n_days"], row["n_rows"]) == (8, 24)
    assert np.isfinite(row[["rank_ic", "increment_over_reversal", "mae_skill"]].astype(float)).all()
    unknown = ["rank_ic_t", "increment_low", "accuracy", "brier_skill", "crps", "coverage_50"]
    assert row[unknown].isna().all()
    assert row["verdict"] == "not compared with reversal: too few common days"


def test_without_reversal_rows_nothing_is_claimed(board_inputs):
    forecasts, instances = board_inputs
    alone = forecasts[forecasts["family"] == "clever"]
    board = build_leaderboard(alone, instances[instances["family"] == "clever"])
    assert board["verdict"].iloc[0].startswith("not compared with reversal")
    assert np.isnan(board["pinball_skill"].iloc[0])


def test_same_forecast_twice_is_refused(board_inputs):
    forecasts, instances = board_inputs
    with pytest.raises(ValueError, match="stitch overlapping folds"):
        build_leaderboard(pd.concat([forecasts, forecasts.tail(1).assign(fold=1)]), instances)


def test_missing_column_is_named(board_inputs):
    forecasts, instances = board_inputs
    with pytest.raises(ValueError, match="lack the columns score, q05"):
        build_leaderboard(forecasts.drop(columns=["score", "q05"]), instances)


def test_planted_correlation_is_found(tidy, returns, instance_row):
    """Daily IC of 30 names scatters by 0.19, so over 250 days its mean does by 0.012."""
    standard = returns["y_true"].to_numpy() / returns["y_true"].std()
    other = np.random.default_rng(5).normal(size=len(returns))
    planted = tidy(returns, "planted", 0.1 * standard + np.sqrt(1 - 0.1**2) * other)
    row = build_leaderboard(planted, pd.DataFrame([instance_row("planted")])).iloc[0]
    assert row["ic"] == pytest.approx(0.1, abs=0.03)
    assert row["ic_t"] > 5


def test_pure_noise_is_ranked_significant_one_time_in_twenty(returns, tidy):
    """Forty families that know nothing: |t| < 2 for 33 or more (38 expected)."""
    rng = np.random.default_rng(11)
    scores = rng.normal(size=(40, len(returns)))
    forecasts = pd.concat(tidy(returns, f"noise_{i}", score) for i, score in enumerate(scores))
    instances = pd.DataFrame({"family": forecasts["family"].unique(), "scope": "pooled"})
    instances = instances.assign(symbol="VN30", status="ok", reason="", fit_seconds=0.0)
    board = build_leaderboard(forecasts, instances)
    assert 33 <= (board["rank_ic_t"].abs() < 2).sum() <= 40
    assert board["rank_ic"].abs().max() < 0.05
