"""Where nothing is to be found, an interval leaves out zero one time in twenty, on few days too."""

import numpy as np
import pytest

from vn30_training.evaluation.statistics import MeanEstimate, estimate_mean

DRAWS = 1_000


def sums(shape: tuple[int, ...], overlap: int, seed: int) -> np.ndarray:
    """Sums of ``overlap`` successive shocks along the last axis."""
    shocks = np.random.default_rng(seed).normal(size=(*shape[:-1], shape[-1] + overlap - 1))
    return np.lib.stride_tricks.sliding_window_view(shocks, overlap, axis=-1).sum(axis=-1)


def outside(found: list[MeanEstimate]) -> float:
    return float(np.mean([one.low > 0 or one.high < 0 for one in found]))


@pytest.mark.parametrize("holding", [2, 10, 20])
@pytest.mark.parametrize("days", [10, 21, 45, 65, 250, 750])
@pytest.mark.parametrize("slow", [False, True], ids=["independent", "overlapping"])
def test_a_mean_of_nothing(days, holding, slow):
    """5 % should lie outside; 1,000 draws of that rate show between 3 and 7.4 % nearly always."""
    series = sums((DRAWS, days), holding if slow else 1, seed=days + holding)
    found = [estimate_mean(row, holding) for row in series]
    if days < 2 * holding:
        assert np.isnan([one.low for one in found]).all()
    else:
        assert 0.03 <= outside(found) <= 0.08


@pytest.mark.parametrize("days", [21, 65, 250])
def test_scores_that_fade_slowly(days):
    """Autocorrelation of a third from day to day, which no label's overlap explains."""
    series = sums((DRAWS, days + 200), 1, seed=days)
    for day in range(1, days + 200):
        series[:, day] += 0.33 * series[:, day - 1]
    assert outside([estimate_mean(row, 1) for row in series[:, 200:]]) <= 0.09
