import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from vn30_training.evaluation.statistics import (
    bootstrap_interval,
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


def test_interval_of_pure_noise_leaves_zero_out_one_time_in_twenty():
    """Overlapping labels of 400 worlds without signal: between 3 % and 9 % of the intervals do."""
    shocks = np.random.default_rng(8).normal(size=(400, 501))
    found = [estimate_mean(row[1:] + row[:-1], holding=2) for row in shocks]
    assert 0.03 < np.mean([one.low > 0 or one.high < 0 for one in found]) < 0.09


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
