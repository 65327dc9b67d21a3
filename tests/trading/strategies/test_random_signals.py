from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import spearmanr

from vn30_training.trading.strategies.random_signals import random_scores, rank_autocorrelation


def autoregressive(phi, seed=0, sessions=1500, stocks=30):
    rng = np.random.default_rng(seed)
    noise = rng.standard_normal((sessions, stocks))
    noise[1:] *= np.sqrt(1 - phi**2)
    for t in range(1, sessions):
        noise[t] += phi * noise[t - 1]
    return noise


def turnover(scores, k=8, every=1):
    tops = np.argsort(-scores[::every], axis=1)[:, :k]
    changed = [k - len(np.intersect1d(a, b)) for a, b in pairwise(tops)]
    return np.mean(changed) / k


def test_rank_autocorrelation_is_the_mean_of_spearmans():
    scores = autoregressive(0.7, sessions=40, stocks=8)
    scores[5:9, :3] = np.nan
    scores[12] = np.nan
    scores[13, 2:] = np.nan
    slow = []
    for before, now in pairwise(scores):
        both = np.isfinite(before) & np.isfinite(now)
        if both.sum() >= 3:
            slow.append(spearmanr(before[both], now[both]).statistic)
    assert rank_autocorrelation(scores) == pytest.approx(np.mean(slow), abs=1e-12)


@pytest.mark.parametrize("phi", [-0.3, 0.0, 0.8, 0.98])
def test_random_scores_change_as_slowly_as_given_ones(phi):
    like = autoregressive(phi)
    drawn = random_scores(like, count=5, seed=1)
    target = rank_autocorrelation(like)
    assert np.mean([rank_autocorrelation(one) for one in drawn]) == pytest.approx(target, abs=0.02)
    assert np.mean([turnover(one) for one in drawn]) == pytest.approx(turnover(like), rel=0.06)


def test_turnover_is_matched_between_decisions_whatever_lies_between():
    # A fast part hides a slow one: the correlation from session to session would mislead.
    like = autoregressive(0.99) + 0.7 * autoregressive(0.0, seed=1)
    undecided = np.arange(len(like)) % 21 > 0
    like[undecided] = np.nan
    drawn = random_scores(like, count=20)
    assert np.isnan(drawn[:, undecided]).all()
    own = turnover(like[~undecided])
    assert np.mean([turnover(one[~undecided]) for one in drawn]) == pytest.approx(own, abs=0.04)


def test_random_scores_are_the_days_own_in_another_order():
    like = autoregressive(0.5, sessions=400)
    like[:50] = np.nan
    like[70, 3] = np.nan
    drawn = random_scores(like, count=40)
    assert (np.isnan(drawn) == np.isnan(like)).all()
    np.testing.assert_array_equal(np.sort(drawn[7], axis=1), np.sort(like.astype("f4"), axis=1))
    days = slice(71, None)
    own = [
        spearmanr(one, now).statistic for one, now in zip(drawn[0][days], like[days], strict=True)
    ]
    assert abs(np.mean(own)) < 4 * np.std(own) / np.sqrt(len(own) / 2)


def test_blocks_are_the_same_as_all_at_once():
    like = autoregressive(0.9, sessions=60)
    whole = random_scores(like, count=6, seed=3)
    blocks = [random_scores(like, count=2, seed=3, first=first) for first in (0, 2, 4)]
    np.testing.assert_array_equal(np.concatenate(blocks), whole)
    assert not np.array_equal(whole, random_scores(like, count=6, seed=4))
    assert not np.array_equal(whole[0], whole[1])


def test_scores_that_cannot_be_compared_are_refused():
    with pytest.raises(ValueError, match="no two days"):
        rank_autocorrelation(np.full((10, 5), np.nan))
