"""Where nothing is to be found, each test finds something as often as its level says."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, kstest

from vn30_training.evaluation import snooping
from vn30_training.evaluation.comparison import (
    BENCHMARKS,
    METRICS,
    diebold_mariano,
    holm,
    paired_tests,
)
from vn30_training.evaluation.overfitting import probability_of_overfitting
from vn30_training.evaluation.sharpe import deflated_sharpe, probabilistic_sharpe, sharpe_ratio
from vn30_training.evaluation.snooping import model_confidence_set, superior_predictive_ability
from vn30_training.evaluation.statistics import estimate_mean

pytestmark = pytest.mark.slow

DRAWS = 200
DAYS = 750
FEW_RESAMPLES = 250
"""Their noise in a p-value, 0.014 at 0.05, is small beside that of the draws."""
OVERLAPS = pytest.mark.parametrize("overlap", [1, 2], ids=["independent", "overlapping"])


def noise(shape: tuple[int, ...], overlap: int, seed: int) -> np.ndarray:
    """Sums of ``overlap`` successive shocks along the first axis, as returns of labels are."""
    shocks = np.random.default_rng(seed).normal(size=(shape[0] + overlap - 1, *shape[1:]))
    return sum(shocks[i : i + shape[0]] for i in range(overlap)) / np.sqrt(overlap)


def assert_level(rejected: list[bool], level: float, at_least: bool = True) -> None:
    """A rate that 999 of 1,000 tests of this level would show; lower ones too if not at_least."""
    low, high = binom.ppf([0.0005, 0.9995], len(rejected), level)
    assert sum(rejected) <= high
    assert sum(rejected) >= low or not at_least


@OVERLAPS
def test_a_mean_of_nothing(overlap):
    found = [estimate_mean(noise((DAYS,), overlap, seed), overlap) for seed in range(DRAWS)]
    assert_level([abs(one.t) > 1.96 for one in found], 0.05)
    assert_level([one.low > 0 or one.high < 0 for one in found], 0.05)


@OVERLAPS
@pytest.mark.parametrize("days", [40, DAYS])
def test_diebold_mariano(overlap, days):
    found = [
        diebold_mariano(noise((days,), overlap, seed), overlap - 1)[1] for seed in range(DRAWS)
    ]
    assert_level([p < 0.05 for p in found], 0.05)


def test_diebold_mariano_would_reject_too_often_without_the_overlap():
    found = [diebold_mariano(noise((DAYS,), 2, seed), 0)[1] for seed in range(DRAWS)]
    assert np.mean([p < 0.05 for p in found]) > 0.1


@OVERLAPS
def test_holm_over_twenty_independent_tests(overlap):
    rejected = []
    for seed in range(DRAWS):
        series = noise((DAYS, 20), overlap, seed)
        p = [diebold_mariano(one, overlap - 1)[1] for one in series.T]
        rejected.append(holm(p).min() < 0.05)
    assert_level(rejected, 0.05)


def test_the_probability_of_a_sharpe_ratio_of_nothing_is_uniform():
    """Skewed and heavy-tailed returns with mean zero."""
    returns = np.random.default_rng(0).gamma(2.0, 1.0, (DRAWS, DAYS)) - 2.0
    found = [probabilistic_sharpe(one) for one in returns]
    assert kstest(found, "uniform").pvalue > 0.001
    assert_level([p > 0.95 for p in found], 0.05)


def test_the_best_of_many_is_deflated_to_its_level():
    """The best of 20 independent trials is significant by itself in most draws, deflated rarely."""
    plain, deflated = [], []
    for seed in range(DRAWS):
        trials = noise((DAYS, 20), 1, seed).T
        ratios = [sharpe_ratio(one) for one in trials]
        best = trials[int(np.argmax(ratios))]
        plain.append(probabilistic_sharpe(best) > 0.95)
        deflated.append(deflated_sharpe(best, 20, np.var(ratios, ddof=1)) > 0.95)
    assert np.mean(plain) > 0.5
    assert_level(deflated, 0.05, at_least=False)


@OVERLAPS
def test_the_best_in_one_half_is_below_the_median_in_the_other_half_of_the_time(overlap):
    found = [
        probability_of_overfitting(pd.DataFrame(noise((DAYS, 12), overlap, seed)), 10).pbo
        for seed in range(DRAWS)
    ]
    assert np.mean(found) == pytest.approx(0.5, abs=0.06)


FAMILIES = ("reversal_1", "zero", "ewma", "one", "two", "three")


def world(overlap: int, seed: int, days: int = DAYS, stocks: int = 4) -> pd.DataFrame:
    """Six families, floors among them, which are equally good by every metric: they guess."""
    dates = pd.bdate_range("2023-01-02", periods=days)
    y_true = noise((days, stocks), overlap, seed)
    tables = []
    for number, family in enumerate(FAMILIES):
        guess = noise((days, stocks), overlap, 10_000 + 10 * seed + number)
        tables.append(
            pd.DataFrame(
                {
                    "family": family,
                    "scope": "pooled",
                    "date": dates.repeat(stocks),
                    "symbol": np.tile([f"S{stock}" for stock in range(stocks)], days),
                    "y_true": y_true.ravel(),
                    "score": guess.ravel(),
                    "y_pred": 0.5 * np.sign(guess).ravel(),
                    "pinball": np.abs(y_true - guess).ravel(),
                }
            )
        )
    return pd.concat(tables, ignore_index=True)


@pytest.fixture(scope="module")
def worlds() -> dict[str, pd.DataFrame]:
    """What the tests of many families at once said of each world, draws one below the other."""
    asked = {
        "paired": paired_tests,
        "set": model_confidence_set,
        "spa": superior_predictive_ability,
    }
    found: dict[str, list[pd.DataFrame]] = {name: [] for name in asked}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(snooping, "RESAMPLES", FEW_RESAMPLES)
        for seed in range(DRAWS):
            rows = world(2, seed)
            for name, test in asked.items():
                found[name].append(test(rows, 2).assign(draw=seed))
    return {name: pd.concat(tables) for name, tables in found.items()}


@pytest.mark.parametrize("metric", METRICS)
def test_families_two_by_two_with_holm(worlds, metric):
    """Each of the two questions keeps its level; pairs share families, so Holm may be cautious."""
    paired = worlds["paired"].query("metric == @metric")
    asked = paired["other_family"] == BENCHMARKS[metric]
    for question in (paired[asked], paired[~asked]):
        lowest = question.groupby("draw")["p_holm"].min()
        assert len(lowest) == DRAWS
        assert_level((lowest < 0.05).tolist(), 0.05, at_least=False)
    assert 0.02 < (paired["p"] < 0.05).mean() < 0.08


@pytest.mark.parametrize("metric", METRICS)
def test_the_confidence_set_keeps_all_that_are_equally_good(worlds, metric):
    """The bootstrap drops one a little too readily in few years; never at twice the level."""
    judged = worlds["set"].query("metric == @metric")
    whole = judged.groupby("draw")["inside"].all()
    assert len(whole) == DRAWS
    assert 1 - whole.mean() < 0.20


@pytest.mark.parametrize("metric", METRICS)
def test_no_superior_ability_among_equals(worlds, metric):
    spa = worlds["spa"].query("metric == @metric")
    assert len(spa) == DRAWS
    assert_level((spa["p_consistent"] < 0.05).tolist(), 0.05)
