import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student

from vn30_training.evaluation.statistics import (
    bootstrap_interval,
    cosine_terms,
    estimate_mean,
    holding_sessions,
    newey_west_t,
)


def slow_newey_west_t(values: np.ndarray, lag: int) -> float:
    """The formula of Newey and West (1987) for a mean, term by term."""
    n, error = len(values), values - values.mean()
    variance = sum(e * e for e in error) / n
    for k in range(1, lag + 1):
        weight = 1 - k / (lag + 1)
        variance += 2 * weight * sum(error[t] * error[t - k] for t in range(k, n)) / n
    return values.mean() / np.sqrt(variance / n)


@pytest.mark.parametrize("lag", [0, 1, 2, 5])
def test_newey_west_agrees_with_the_formula(lag):
    values = np.random.default_rng(lag).normal(0.1, 1, 60)
    assert newey_west_t(values, lag) == pytest.approx(slow_newey_west_t(values, lag), rel=1e-10)


def test_overlap_lowers_the_t_value():
    shocks = np.random.default_rng(0).normal(0.02, 1, 1_001)
    overlapping = shocks[1:] + shocks[:-1]
    assert abs(newey_west_t(overlapping, 2)) < abs(newey_west_t(overlapping, 0))


def test_undefined_where_days_do_not_suffice_or_nothing_varies():
    assert np.isnan(newey_west_t(np.arange(9.0), 1))
    assert np.isnan(newey_west_t(np.ones(50), 1))
    assert np.isnan(bootstrap_interval(np.arange(9.0), 5)).all()
    empty = estimate_mean(np.array([np.nan]), 2)
    assert empty.n == 0
    assert np.isnan([empty.mean, empty.t, empty.low, empty.high]).all()


def test_missing_days_are_left_out():
    values = np.random.default_rng(0).normal(size=50)
    gappy = np.insert(values, [3, 20], np.nan)
    assert estimate_mean(gappy, 2) == estimate_mean(values, 2)


def test_bootstrap_is_deterministic_and_follows_its_seed():
    values = np.random.default_rng(0).normal(size=300)
    assert bootstrap_interval(values, 10) == bootstrap_interval(values, 10)
    assert bootstrap_interval(values, 10) != bootstrap_interval(values, 10, seed=1)


def test_bootstrap_of_independent_days_is_as_wide_as_the_normal_interval():
    values = np.random.default_rng(0).normal(0.02, 0.2, (30, 700))
    widths = [np.ptp(bootstrap_interval(row, 10)) for row in values]
    normal = 2 * 1.96 * values.std(axis=1, ddof=1) / np.sqrt(700)
    assert np.mean(widths / normal) == pytest.approx(1, abs=0.05)


def test_bootstrap_widens_for_a_series_in_runs():
    shocks = np.random.default_rng(0).normal(size=1_010)
    runs = np.convolve(shocks, np.ones(5) / 5, "valid")[:1_000]
    scattered = np.random.default_rng(1).permutation(runs)
    assert np.ptp(bootstrap_interval(runs, 20)) > 1.5 * np.ptp(bootstrap_interval(scattered, 20))


def test_holding_counts_sessions_not_days():
    sessions = pd.to_datetime(["2024-02-06", "2024-02-07", "2024-02-15", "2024-02-16"])
    rows = pd.DataFrame(
        {"date": sessions[:1], "trade_date": sessions[1:2], "label_end": sessions[3:]}
    )
    assert holding_sessions(rows.assign(label_end=sessions[2])) == 1
    two = pd.concat([rows, rows.assign(trade_date=sessions[2], label_end=sessions[3])])
    assert holding_sessions(two) == 2


def slow_estimate(values: np.ndarray, terms: int) -> tuple[float, float]:
    """T-value and half of the interval of Lazarus, Lewis, Stock and Watson (2018), term by term."""
    n = len(values)
    squares = 0.0
    for j in range(1, terms + 1):
        wave = [np.cos(np.pi * j * (day - 0.5) / n) for day in range(1, n + 1)]
        squares += (np.sqrt(2 / n) * sum(w * v for w, v in zip(wave, values, strict=True))) ** 2
    error = np.sqrt(squares / terms / n)
    return values.mean() / error, student.ppf(0.975, terms) * error


@pytest.mark.parametrize(
    ("n", "holding", "terms"),
    [(10, 1, 3), (10, 2, 2), (21, 2, 3), (21, 10, 1), (65, 2, 6), (250, 10, 12), (750, 2, 33)],
)
def test_a_mean_is_estimated_by_the_formula(n, holding, terms):
    values = np.random.default_rng(n).normal(0.1, 1, n)
    t, reach = slow_estimate(values, terms)
    found = estimate_mean(values, holding)
    assert cosine_terms(n, holding) == terms
    assert found.t == pytest.approx(t, rel=1e-9)
    assert (found.low, found.high) == pytest.approx((values.mean() - reach, values.mean() + reach))


def test_a_series_that_stays_has_an_interval_of_its_mean_and_no_t():
    found = estimate_mean(np.full(50, 0.1), 2)
    assert (found.mean, found.low, found.high) == pytest.approx((0.1, 0.1, 0.1))
    assert np.isnan(found.t)


def test_days_of_less_than_two_holdings_support_no_interval():
    values = np.random.default_rng(0).normal(size=39)
    assert np.isnan([estimate_mean(values, 20).t, estimate_mean(values, 20).low]).all()
    assert np.isfinite([estimate_mean(values, 19).t, estimate_mean(values, 19).low]).all()


def test_the_interval_of_many_independent_days_is_little_wider_than_the_normal_one():
    values = np.random.default_rng(0).normal(0.02, 0.2, (200, 700))
    found = [estimate_mean(row, 2) for row in values]
    normal = 2 * 1.96 * values.std(axis=1, ddof=1) / np.sqrt(700)
    widths = np.array([one.high - one.low for one in found])
    assert 1 < np.mean(widths / normal) < 1.06


def test_pure_noise_is_significant_one_time_in_twenty():
    """|t| < 2 in about 19 of 20 seeds: at 400 draws between 91 % and 98 % are."""
    rng = np.random.default_rng(7)
    shocks = rng.normal(size=(400, 501))
    inside = [abs(newey_west_t(row[1:] + row[:-1], 2)) < 2 for row in shocks]
    assert 0.91 < np.mean(inside) < 0.98


def test_importing_the_leaderboard_loads_neither_arch_nor_statsmodels():
    code = (
        "import sys, vn30_training.evaluation.leaderboard;"
        "print(*{'arch', 'statsmodels', 'scipy', 'sklearn'} & set(sys.modules))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert loaded.stdout.strip() == ""
