import numpy as np
import pandas as pd
import pytest

from vn30_training.models.contract import QUANTILE_COLUMNS
from vn30_training.trading.signals_grid import signals_of
from vn30_training.trading.strategies.history import history_of

DATES = pd.to_datetime(["2024-01-02", "2024-01-03", "2024-01-04"]).astype("datetime64[us]")


def forecasts(seeds=(0, 1)):
    keys = [
        (date, symbol, seed)
        for seed in seeds
        for date in DATES[:2]
        for symbol in ("AAA", "BBB", "OUT")
    ]
    table = pd.DataFrame(keys, columns=["date", "symbol", "seed"])
    values = np.random.default_rng(0).standard_normal((len(table), 10))
    names = ["score", "y_pred", "p_up", *QUANTILE_COLUMNS]
    table[names] = values
    return table.assign(family="ridge", scope="pooled", member=table["symbol"] != "BBB")


def test_signals_are_means_of_seeds_in_their_places():
    table = forecasts()
    signals = signals_of(table.sample(frac=1, random_state=0), DATES, ["BBB", "AAA", "CCC"])
    one = table[(table["date"] == DATES[1]) & (table["symbol"] == "AAA")]
    for name in ("score", "y_pred", "p_up"):
        grid = getattr(signals, name)
        assert grid.shape == (3, 3)
        assert grid[1, 1] == pytest.approx(one[name].mean())
        assert np.isnan(grid[:, 2]).all()
        assert np.isnan(grid[2]).all()
    np.testing.assert_allclose(signals.quantiles[1, 1], one[list(QUANTILE_COLUMNS)].mean())
    assert signals.member.tolist() == [[False, True, False], [False, True, False], [False] * 3]
    assert signals.forecast.tolist() == [True, True, False]
    assert signals.symbols == ("BBB", "AAA", "CCC")


def test_mixed_or_overlapping_forecasts_are_refused():
    table = forecasts()
    with pytest.raises(ValueError, match="one family"):
        signals_of(pd.concat([table, table.assign(family="lstm")]), DATES, ["AAA"])
    with pytest.raises(ValueError, match="stitch"):
        signals_of(pd.concat([table, table.head(1)]), DATES, ["AAA"])


def test_history_carries_prices_through_a_suspension():
    panel = pd.DataFrame(
        {
            "symbol": ["AAA"] * 3 + ["BBB"] * 2,
            "date": [*DATES, *DATES[1:]],
            "close": [100.0, np.nan, 110.0, 50.0, 40.0],
            "volume": [10.0, np.nan, 20.0, 5.0, 5.0],
            "member": [True, True, True, False, True],
            "sector": ["Banks"] * 3 + ["Steel"] * 2,
        }
    )
    history = history_of(panel, DATES, ["BBB", "AAA", "CCC"])
    nan = np.nan
    np.testing.assert_array_equal(history.price[:, :2], [[nan, 100], [50, 100], [40, 110]])
    expected = [[nan, nan], [nan, 0.0], [-0.2, 0.1]]
    np.testing.assert_allclose(history.returns[:, :2], expected)
    np.testing.assert_array_equal(history.value[:, :2], [[0, 1000], [250, 0], [200, 2200]])
    assert history.member[:, :2].tolist() == [[False, True], [False, True], [True, True]]
    assert history.sectors == ("Steel", "Banks", "Unknown")
    assert np.isnan(history.price[:, 2]).all()
    given = history_of(panel.assign(value=7.0), DATES, ["AAA"])
    assert (given.value == 7).all()
    assert len(history.until(1).dates) == 2
    assert np.shares_memory(history.until(1).price, history.price)
