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
    for before, now in zip(scores[:-2], scores[2:], strict=True):
        both = np.isfinite(before) & np.isfinite(now)
        if both.sum() >= 3:
            slow.append(spearmanr(before[both], now[both]).statistic)
    assert rank_autocorrelation(scores, 2) == pytest.approx(np.mean(slow), abs=1e-12)


@pytest.mark.parametrize("phi", [-0.3, 0.0, 0.8, 0.98])
def test_random_scores_change_as_slowly_as_given_ones(phi):
    like = autoregressive(phi)
    drawn = random_scores(like, count=5, seed=1)
    target = rank_autocorrelation(like)
    assert np.mean([rank_autocorrelation(one) for one in drawn]) == pytest.approx(target, abs=0.02)
    assert np.mean([turnover(one) for one in drawn]) == pytest.approx(turnover(like), rel=0.06)


def test_turnover_is_matched_at_the_sessions_between_decisions():
    # A fast part hides a slow one: the session to session correlation alone would mislead.
    like = autoregressive(0.99) + 0.7 * autoregressive(0.0, seed=1)
    matched = np.mean([turnover(one, every=21) for one in random_scores(like, 20, lag=21)])
    misled = np.mean([turnover(one, every=21) for one in random_scores(like, 20, lag=1)])
    own = turnover(like, every=21)
    assert abs(matched - own) < 0.04 < abs(misled - own)


def test_random_scores_know_nothing_and_are_missing_where_the_others_are():
    like = autoregressive(0.5, sessions=400)
    like[:50] = np.nan
    like[70, 3] = np.nan
    drawn = random_scores(like, count=40)
    assert (np.isnan(drawn) == np.isnan(like)).all()
    known = np.isfinite(like)
    own = [np.corrcoef(one[known], like[known])[0, 1] for one in drawn]
    assert abs(np.mean(own)) < 0.01
    assert np.std(drawn[:, known]) == pytest.approx(1, abs=0.03)


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
