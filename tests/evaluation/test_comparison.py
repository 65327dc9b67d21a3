from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.multitest import multipletests

from vn30_training.evaluation.comparison import (
    BENCHMARKS,
    COLUMNS,
    METRICS,
    diebold_mariano,
    holm,
    paired_tests,
)
from vn30_training.evaluation.ic import daily_ic
from vn30_training.evaluation.rows import known_rows, seed_mean, with_references
from vn30_training.evaluation.statistics import estimate_mean

HOLDING = 2


def slow_diebold_mariano(difference: np.ndarray, h: int) -> tuple[float, float]:
    """Harvey, Leybourne and Newbold (1997), equations 1 to 9, term by term."""
    n, mean = len(difference), sum(difference) / len(difference)

    def autocovariance(k: int) -> float:
        terms = [(difference[t] - mean) * (difference[t - k] - mean) for t in range(k, n)]
        return sum(terms) / n

    variance = (autocovariance(0) + 2 * sum(autocovariance(k) for k in range(1, h))) / n
    corrected = mean / variance**0.5 * ((n + 1 - 2 * h + h * (h - 1) / n) / n) ** 0.5
    return corrected, 2 * stats.t.cdf(-abs(corrected), n - 1)


def overlapping(seed: int, n: int = 60, mean: float = 0.2) -> np.ndarray:
    shocks = np.random.default_rng(seed).normal(mean, 1, n + 1)
    return shocks[1:] + shocks[:-1]


@pytest.mark.parametrize("lag", [0, 1, 2, 4])
def test_diebold_mariano_agrees_with_the_paper_step_by_step(lag):
    difference = overlapping(lag)
    assert diebold_mariano(difference, lag) == pytest.approx(
        slow_diebold_mariano(difference, lag + 1)
    )


def test_without_overlap_it_is_the_t_test():
    difference = overlapping(7)
    expected = stats.ttest_1samp(difference, 0)
    assert diebold_mariano(difference, 0) == pytest.approx((expected.statistic, expected.pvalue))


@pytest.mark.parametrize("lag", [1, 3])
def test_the_variance_is_that_of_statsmodels(lag):
    difference = overlapping(lag, 300)
    options = {"maxlags": lag, "kernel": "uniform"}
    fit = OLS(difference, np.ones(300)).fit(cov_type="HAC", cov_kwds=options)
    h = lag + 1
    correction = np.sqrt((300 + 1 - 2 * h + h * (h - 1) / 300) / 300)
    assert diebold_mariano(difference, lag)[0] == pytest.approx(fit.tvalues[0] * correction)


def test_a_negative_variance_is_replaced():
    difference = 0.1 + np.tile([1.0, -1.0], 20) + np.random.default_rng(0).normal(0, 0.1, 40)
    assert slow_diebold_mariano_variance(difference) < 0
    t, p = diebold_mariano(difference, 1)
    assert np.isfinite([t, p]).all()


def slow_diebold_mariano_variance(difference: np.ndarray) -> float:
    error = difference - difference.mean()
    return error @ error + 2 * (error[1:] @ error[:-1])


def test_undefined_for_few_days_and_for_no_difference():
    assert np.isnan(diebold_mariano(np.arange(9.0), 1)).all()
    assert np.isnan(diebold_mariano(np.arange(29.0), 9)).all()
    assert np.isnan(diebold_mariano(np.zeros(50), 1)).all()


def test_missing_days_are_left_out():
    gappy = np.insert(overlapping(0), [0, 30], np.nan)
    assert diebold_mariano(gappy, 1) == diebold_mariano(overlapping(0), 1)


def slow_holm(values: list[float]) -> list[float]:
    """Adjust the lowest for all tests, the next for one less, and none below a lower one's."""
    adjusted, highest = [0.0] * len(values), 0.0
    for done, at in enumerate(sorted(range(len(values)), key=values.__getitem__)):
        highest = max(highest, values[at] * (len(values) - done))
        adjusted[at] = min(1.0, highest)
    return adjusted


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03, 0.5]) == pytest.approx([0.04, 0.09, 0.09, 0.5])
    assert holm([0.02, np.nan]) == pytest.approx([0.02, np.nan], nan_ok=True)
    assert holm([]).size == 0


def test_holm_is_that_of_statsmodels():
    values = np.random.default_rng(0).uniform(0, 0.2, 20)
    assert np.array_equal(holm(values), multipletests(values, method="holm")[1])


@given(st.lists(st.floats(0, 1), max_size=12))
def test_holm_is_the_step_down_procedure(values):
    assert holm(values).tolist() == slow_holm(values)


@pytest.fixture(scope="module")
def rows(board_inputs, tidy, returns, noise) -> pd.DataFrame:
    """The usual board, `part` lacking stocks and days, and `lost` in a second scope."""
    part = tidy(returns, "part", noise(8)).iloc[1_000:]
    part = part[~((part["symbol"] < "S05") & (part["date"] > "2023-10-01"))]
    other = tidy(returns, "lost", noise(9), scope="symbol")
    forecasts = pd.concat([board_inputs[0], part, other], ignore_index=True)
    return with_references(seed_mean(known_rows(forecasts)))


@pytest.fixture(scope="module")
def paired(rows) -> pd.DataFrame:
    return paired_tests(rows, HOLDING)


def test_models_meet_each_other_and_the_floors_once(paired):
    models = [("clever", "pooled"), ("lost", "pooled"), ("lost", "symbol"), ("part", "pooled")]
    floors = [(name, "pooled") for name in ("ewma", "reversal_1", "zero")]
    expected = {frozenset(pair) for pair in product(models, models + floors) if len(set(pair)) == 2}
    errors = paired[paired["metric"] == "absolute_error"]
    met = [
        frozenset([(r.family, r.scope), (r.other_family, r.other_scope)])
        for r in errors.itertuples()
    ]
    assert list(paired) == COLUMNS
    assert len(met) == len(set(met))
    assert set(met) == expected
    assert set(paired["family"]) == {"clever", "lost", "part"}
    assert list(paired["metric"].unique()) == list(METRICS)


def test_floors_without_an_order_are_not_compared_by_rank(paired):
    ranked = paired[paired["metric"] == "rank_ic"]
    assert not {"zero", "ewma"} & {*ranked["family"], *ranked["other_family"]}


def daily_gain(rows: pd.DataFrame, first: tuple, second: tuple, metric: str) -> pd.Series:
    """The difference by day of two boards, by joining their rows."""
    sides = [
        rows[(rows["family"] == family) & (rows["scope"] == scope)]
        .assign(absolute_error=lambda one: (one["y_true"] - one["y_pred"]).abs())
        .set_index(["date", "symbol"])
        for family, scope in (first, second)
    ]
    common = sides[0].index.intersection(sides[1].index)
    ours, theirs = (side.loc[common].reset_index() for side in sides)
    if metric == "rank_ic":
        ours, theirs = (
            daily_ic(side, by=()).set_index("date")["rank_ic"] for side in (ours, theirs)
        )
        return ours - theirs
    ours, theirs = (side.groupby("date")[metric].mean() for side in (ours, theirs))
    return theirs - ours


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("second", [("part", "pooled"), ("reversal_1", "pooled")])
def test_a_pair_is_judged_on_common_stocks_and_days(rows, paired, second, metric):
    first = ("clever", "pooled")
    gain = daily_gain(rows, first, second, metric)
    found = paired[
        (paired["family"] == first[0])
        & (paired["other_family"] == second[0])
        & (paired["metric"] == metric)
    ].iloc[0]
    estimate = estimate_mean(gain, HOLDING)
    assert found[["t", "p"]].tolist() == pytest.approx(diebold_mariano(gain, HOLDING - 1))
    assert found[["difference", "low", "high"]].tolist() == pytest.approx(
        [estimate.mean, estimate.low, estimate.high]
    )
    assert found["n_days"] == estimate.n == gain.notna().sum()


def test_the_better_one_is_ahead_and_noise_is_not(paired):
    ranked = paired[paired["metric"] == "rank_ic"]
    clever = ranked[ranked["family"] == "clever"]
    assert (clever["difference"] > 0.2).all()
    assert (clever["p_holm"] < 1e-6).all()
    assert (clever["low"] > 0).all()
    assert (ranked.loc[ranked["family"] != "clever", "p_holm"] > 0.05).all()


def test_holm_counts_the_pairs_of_its_question(paired):
    for metric, table in paired.groupby("metric"):
        asked = table["other_family"] == BENCHMARKS[metric]
        assert asked.any()
        for question in (table[asked], table[~asked]):
            assert question["p_holm"].to_numpy() == pytest.approx(holm(question["p"]), nan_ok=True)
            assert (question["tests"] == question["p"].notna().sum()).all()


def test_one_family_alone_is_compared_with_nothing(rows):
    table = paired_tests(rows[rows["family"] == "clever"], HOLDING)
    assert table.empty
    assert list(table) == COLUMNS
