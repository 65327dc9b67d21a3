import numpy as np
import pandas as pd

from vn30_training.evaluation.rows import known_rows, seed_mean, with_references


def test_seed_mean_is_the_mean_of_each_forecast(board_inputs):
    forecasts, _ = board_inputs
    means = seed_mean(known_rows(forecasts)).query("family == 'clever'")
    clever = forecasts.query("family == 'clever'").pivot_table(
        index=["date", "symbol"], columns="seed", values="q10"
    )
    assert len(means) == len(clever)
    np.testing.assert_allclose(means["q10"], clever.mean(axis=1))


def test_references_stand_beside_the_same_stock_and_day(board_inputs):
    forecasts, _ = board_inputs
    rows = with_references(seed_mean(known_rows(forecasts)))
    reversal = forecasts.query("family == 'reversal_1'").set_index(["date", "symbol"])["score"]
    lost = rows.query("family == 'lost'").astype({"symbol": "str"}).set_index(["date", "symbol"])
    np.testing.assert_array_equal(lost["reversal_score"], reversal.loc[lost.index])
    ewma = rows[rows["family"] == "ewma"]
    np.testing.assert_array_equal(ewma["pinball"], ewma["ewma_pinball"])
    np.testing.assert_array_equal(ewma["crps"], ewma["ewma_crps"])


def test_reference_scope_with_the_most_rows_is_taken(board_inputs):
    forecasts, _ = board_inputs
    few = forecasts.query("family == 'reversal_1'").head(5).assign(scope="symbol", score=9.0)
    rows = with_references(seed_mean(known_rows(pd.concat([few, forecasts]))))
    assert rows["reversal_score"].notna().all()
    assert rows["reversal_score"].max() < 9
