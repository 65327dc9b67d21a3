import numpy as np
import pytest
from arch.bootstrap import StationaryBootstrap
from tests.trading.days import noise

from vn30_training.evaluation.statistics import BOOTSTRAP_SEED, RESAMPLES
from vn30_training.trading.intervals import BLOCK, annual_interval, sharpe_interval
from vn30_training.trading.ratios import sharpe


def test_the_sharpe_interval_is_that_of_resampled_returns():
    returns = noise(1, 250)
    bootstrap = StationaryBootstrap(BLOCK, returns, seed=BOOTSTRAP_SEED)
    drawn = [sharpe(positional[0]) for positional, _ in bootstrap.bootstrap(RESAMPLES)]
    expected = np.quantile(drawn, [0.025, 0.975])
    assert sharpe_interval(returns) == pytest.approx(expected, rel=1e-9)


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    truth = 0.0005 / 0.012 * np.sqrt(252)
    bounds = np.array([sharpe_interval(noise(seed, 500)) for seed in range(200)])
    share = ((bounds[:, 0] <= truth) & (truth <= bounds[:, 1])).mean()
    assert 0.87 <= share <= 0.99


def test_paired_differences_are_surer_than_what_they_are_made_of():
    market, skill = noise(2, 500), noise(3, 500) / 20 + 0.0004
    low, high = annual_interval(market + skill - market)
    assert low > 0
    unpaired_low, unpaired_high = annual_interval(market + skill)
    assert high - low < (unpaired_high - unpaired_low) / 10


def test_the_same_returns_have_the_same_interval():
    assert sharpe_interval(noise(4, 100)) == sharpe_interval(noise(4, 100))
    assert annual_interval(noise(4, 100)) == annual_interval(np.r_[np.nan, noise(4, 100)])


@pytest.mark.parametrize("returns", [noise(5, 9), np.zeros(40), np.full(40, 0.1), []])
def test_no_interval_where_there_is_no_ratio(returns):
    assert np.isnan(sharpe_interval(returns)).all()


def test_returns_that_hardly_differ_have_an_interval():
    low, high = sharpe_interval(0.01 + 1e-13 * noise(6, 40))
    assert 0 < low < high < np.inf


def test_resamples_in_which_nothing_moves_are_left_out():
    returns = np.zeros(300)
    returns[150] = 0.01
    low, high = sharpe_interval(returns)
    assert 0 < low <= high
    assert np.isfinite(high)
