"""The signal's figures against alphalens, where the two mean the same."""

import numpy as np
import pandas as pd
import pytest

from vn30_training.evaluation.ic import daily_ic
from vn30_training.evaluation.signal import daily_signal
from vn30_training.evaluation.signal_groups import cross_sections, group_returns

performance = pytest.importorskip("alphalens.performance")


@pytest.fixture(scope="module")
def rows(returns, tidy) -> pd.DataFrame:
    """A score that moves slowly, so that names stay in their groups for a while."""
    rng = np.random.default_rng(3)
    shocks = rng.normal(size=(250, 30))
    score = shocks.copy()
    for day in range(1, 250):
        score[day] = 0.8 * score[day - 1] + shocks[day]
    return tidy(returns, "slow", score.ravel() + 20 * returns["y_true"].to_numpy())


@pytest.fixture(scope="module")
def factor_data(rows) -> pd.DataFrame:
    """The same rows as alphalens wants them: no factor has ties, so that qcut is its grouping."""
    quantile = rows.groupby("date")["score"].transform(pd.qcut, 5, labels=False) + 1
    table = rows.rename(columns={"symbol": "asset", "score": "factor", "y_true": "1D"})
    table = table.assign(factor_quantile=quantile.astype(int))
    return table.set_index(["date", "asset"])[["factor", "1D", "factor_quantile"]].sort_index()


def test_information_coefficient(rows, factor_data):
    theirs = performance.factor_information_coefficient(factor_data)["1D"]
    np.testing.assert_allclose(daily_ic(rows)["rank_ic"], theirs, atol=1e-12)


def test_groups(rows, factor_data):
    used, _ = cross_sections(rows)
    ours = used.set_index(["date", "symbol"])["group"].sort_index()
    np.testing.assert_array_equal(ours, factor_data["factor_quantile"])


def test_mean_return_by_quantile(rows, factor_data):
    theirs, _ = performance.mean_return_by_quantile(factor_data, demeaned=True)
    np.testing.assert_allclose(group_returns(rows, 2)["mean_return"], theirs["1D"], atol=1e-12)


def test_long_short_is_the_spread_of_the_quantiles(rows, factor_data):
    by_day, _ = performance.mean_return_by_quantile(factor_data, by_date=True, demeaned=False)
    wide = by_day["1D"].unstack("factor_quantile")  # noqa: PD010
    np.testing.assert_allclose(daily_signal(rows)["long_short"], wide[5] - wide[1], atol=1e-12)


def test_turnover_of_the_top_quantile(rows, factor_data):
    theirs = performance.quantile_turnover(factor_data["factor_quantile"], 5)
    ours = daily_signal(rows).set_index("date")["turnover"]
    np.testing.assert_allclose(ours.loc[theirs.index[1:]], theirs.iloc[1:], atol=1e-12)
    assert 0.2 < ours.mean() < 0.6


def test_rank_autocorrelation(rows, factor_data):
    theirs = performance.factor_rank_autocorrelation(factor_data)
    ours = daily_signal(rows)["rank_autocorrelation"]
    np.testing.assert_allclose(ours.iloc[1:], theirs.iloc[1:], atol=1e-12)
