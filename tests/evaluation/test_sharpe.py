import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from vn30_training.evaluation.sharpe import (
    deflated_sharpe,
    expected_maximum_sharpe,
    probabilistic_sharpe,
    probabilistic_sharpe_from_moments,
    sharpe_ratio,
)

YEAR = 250


def noise(seed: int = 0, n: int = 200, mean: float = 0.05) -> np.ndarray:
    return np.random.default_rng(seed).normal(mean, 1, n)


def test_sharpe_is_the_mean_over_the_sample_deviation():
    returns = np.array([1.0, 2.0, 3.0, 4.0] * 3)
    assert sharpe_ratio(returns) == pytest.approx(2.5 / np.sqrt(15 / 11))


@pytest.mark.parametrize(("trials", "deflated"), [(100, 0.9004), (46, 0.9505)])
def test_the_example_of_bailey_and_lopez_de_prado_2014(trials, deflated):
    best = expected_maximum_sharpe(trials, 0.5 / YEAR)
    found = probabilistic_sharpe_from_moments(2.5 / np.sqrt(YEAR), 1250, -3, 10, best)
    assert found == pytest.approx(deflated, abs=5e-5)


def test_the_expected_maximum_of_the_example():
    assert expected_maximum_sharpe(100, 0.5 / YEAR) == pytest.approx(0.1132, abs=5e-5)


def test_the_example_of_bailey_and_lopez_de_prado_2012():
    """24 months, annual Sharpe 1.59, skew -2.448, kurtosis 10.164: 0.913 against zero."""
    monthly = 0.458
    found = probabilistic_sharpe_from_moments(monthly, 24, -2.448, 10.164)
    assert found == pytest.approx(0.913, abs=2e-3)
    assert probabilistic_sharpe_from_moments(monthly, 24, 0, 3) == pytest.approx(0.982, abs=2e-3)


def test_probability_is_a_half_at_the_observed_ratio_and_falls_with_the_benchmark():
    returns = noise()
    assert probabilistic_sharpe(returns, sharpe_ratio(returns)) == pytest.approx(0.5)
    found = [probabilistic_sharpe(returns, benchmark) for benchmark in (-0.1, 0, 0.1)]
    assert found == sorted(found, reverse=True)


def test_symmetric_returns_are_nearly_those_of_the_t_test():
    returns = noise(n=2_000)
    t_test = stats.ttest_1samp(returns, 0, alternative="greater")
    assert probabilistic_sharpe(returns) == pytest.approx(1 - t_test.pvalue, abs=5e-3)


def test_returns_are_judged_by_their_own_moments():
    returns = np.exp(noise(3)) - 1.5
    skew, kurtosis = stats.skew(returns), stats.kurtosis(returns) + 3
    expected = probabilistic_sharpe_from_moments(sharpe_ratio(returns), 200, skew, kurtosis, 0.02)
    assert probabilistic_sharpe(returns, 0.02) == pytest.approx(expected)


@pytest.mark.parametrize("trials", [10, 100, 1_000])
def test_the_expected_maximum_is_that_of_simulated_noise(trials):
    draws = np.random.default_rng(trials).normal(0, 0.3, (4_000, trials)).max(axis=1)
    assert expected_maximum_sharpe(trials, 0.09) == pytest.approx(draws.mean(), rel=0.03)


def test_one_trial_or_trials_all_alike_deflate_nothing():
    returns = noise()
    assert deflated_sharpe(returns, 1, 0.5) == probabilistic_sharpe(returns)
    assert deflated_sharpe(returns, 50, 0.0) == probabilistic_sharpe(returns)
    assert deflated_sharpe(returns, 50, 0.01) < probabilistic_sharpe(returns)


@pytest.mark.parametrize(
    "returns", [np.arange(9.0), np.full(30, 0.1), [], [np.nan] * 30, [1.0, 2.0] + [np.nan] * 20]
)
def test_undefined_without_enough_varied_returns(returns):
    found = sharpe_ratio(returns), probabilistic_sharpe(returns), deflated_sharpe(returns, 5, 0.1)
    assert np.isnan(found).all()


def overlapping(seed: int, draws: int, days: int, holding: int) -> np.ndarray:
    """Skewed returns without a mean, each earned over ``holding`` sessions, one begun a day."""
    shocks = np.random.default_rng(seed).gamma(2.0, 1.0, (draws, days + holding - 1)) - 2.0
    return np.lib.stride_tricks.sliding_window_view(shocks, holding, axis=1).sum(axis=-1)


@pytest.mark.parametrize(("days", "holding"), [(65, 2), (250, 2), (250, 10)])
def test_overlapping_returns_of_nothing_have_a_uniform_probability(days, holding):
    draws = overlapping(days, 500, days, holding)
    found = [probabilistic_sharpe(one, holding=holding) for one in draws]
    assert stats.kstest(found, "uniform").pvalue > 0.001
    assert 0.02 < np.mean(np.array(found) > 0.95) < 0.085


def test_returns_that_do_not_overlap_have_the_error_of_the_moments():
    returns = np.exp(noise(5, n=4_000, mean=0.0)) - 1.55
    assert probabilistic_sharpe(returns, holding=2) == pytest.approx(
        probabilistic_sharpe(returns), abs=0.05
    )


def test_a_session_more_at_the_front_decides_nothing():
    """Every second day only, from the first or from the second, would differ by 0.1 and more."""
    draws = overlapping(7, 50, 301, 1) + 0.1
    moved = [
        abs(probabilistic_sharpe(one, holding=2) - probabilistic_sharpe(one[1:], holding=2))
        for one in draws
    ]
    phases = [
        abs(probabilistic_sharpe(one[::2]) - probabilistic_sharpe(one[1::2])) for one in draws
    ]
    assert np.mean(moved) < 0.02
    assert np.mean(phases) > 0.1


def test_overlapping_returns_of_less_than_two_holdings_have_no_probability():
    assert np.isnan(probabilistic_sharpe(noise(n=19), holding=10))
    assert 0 < probabilistic_sharpe(noise(n=20), holding=10) < 1


def test_missing_returns_are_left_out():
    gappy = np.insert(noise(), [3, 20], np.nan)
    assert sharpe_ratio(gappy) == sharpe_ratio(noise())
    assert probabilistic_sharpe(gappy) == probabilistic_sharpe(noise())


@given(st.lists(st.sampled_from([-1.0, 2.0]), min_size=10, max_size=60), st.floats(-0.5, 0.5))
def test_a_probability_even_where_returns_take_two_values(returns, benchmark):
    found = probabilistic_sharpe(returns, benchmark)
    assert np.isnan(found) if np.ptp(returns) == 0 else 0 <= found <= 1
