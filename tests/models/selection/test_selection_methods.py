"""Each way to choose columns, against what was planted and against slow oracles."""

from itertools import combinations

import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn.model_selection import KFold
from tests.models.selection.planted import NAMES, planted

from vn30_training.features.alpha158.names import FAMILY_OF
from vn30_training.features.alpha158.names import NAMES as ALPHA158
from vn30_training.models.selection.dependence import relevance_and_redundancy, unit_ranks
from vn30_training.models.selection.estimators import correlation, make_estimator
from vn30_training.models.selection.methods import (
    by_correlation,
    by_elimination,
    by_importance,
    by_redundancy,
)
from vn30_training.models.selection.purged import LeakingSplitterError, PurgedKFold
from vn30_training.models.selection.steps import Correlation, Importance, RecursiveElimination


def matrix(seed: int = 0, names: tuple[str, ...] = NAMES):
    samples, label_end = planted(seed, names=names)
    x = samples.features[samples.rows].astype(float)
    return x, samples.label[samples.rows].astype(float), samples.date[samples.rows], label_end


def names_of(choice, names=NAMES) -> set[str]:
    return {names[i] for i in choice.kept}


@pytest.mark.parametrize("estimator", ["lightgbm", "ridge"])
def test_importance_keeps_what_tells_the_label(estimator):
    x, y, *_ = matrix()
    choice = by_importance(x, y, NAMES, Importance(method="importance", top=3, estimator=estimator))
    assert names_of(choice) == {"signal", "copy_of_signal", "second"}
    assert (np.diff(choice.kept) > 0).all()


@pytest.mark.parametrize("estimator", ["lightgbm", "ridge"])
def test_holes_in_the_features_are_borne(estimator):
    x, y, *_ = matrix()
    x[::3, 1] = np.nan
    x[:, 0] = np.nan
    choice = by_importance(x, y, NAMES, Importance(method="importance", top=3, estimator=estimator))
    assert "second" in names_of(choice)
    assert "noise_0" not in names_of(choice)


def test_families_are_ranked_by_their_sum_and_kept_whole():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((600, len(ALPHA158)))
    y = x[:, [ALPHA158.index(name) for name in ("ROC5", "ROC30", "STD10")]].sum(axis=1)
    step = Importance(method="importance", top=60, by="family")
    choice = by_importance(x, y, ALPHA158, step)
    kept = names_of(choice, ALPHA158)
    families = {FAMILY_OF[name] for name in kept}
    assert kept == {name for name in ALPHA158 if FAMILY_OF[name] in families}
    assert {"ROC", "STD"} <= families
    sums = {}
    for name, gain in zip(ALPHA158, choice.importance, strict=True):
        sums[FAMILY_OF[name]] = sums.get(FAMILY_OF[name], 0.0) + gain
    worst = min(families, key=sums.get)
    assert all(sums[other] <= sums[worst] for other in set(sums) - families)
    without_worst = [name for name in kept if FAMILY_OF[name] != worst]
    assert len(without_worst) < 60 <= len(kept)


def test_correlation_drops_the_less_relevant_of_two_alike():
    x, y, *_ = matrix()
    choice = by_correlation(x, y, Correlation(method="correlation", threshold=0.95))
    told = dict(zip(NAMES, choice.importance, strict=True))
    better = max(("signal", "copy_of_signal"), key=told.get)
    assert names_of(choice) == set(NAMES) - {"signal", "copy_of_signal"} | {better}
    lax = by_correlation(x, y, Correlation(method="correlation", threshold=1.0))
    assert names_of(lax) == set(NAMES)


def test_no_two_kept_are_too_correlated_and_every_dropped_has_its_better():
    rng = np.random.default_rng(3)
    x = rng.standard_normal((400, 4)) @ rng.standard_normal((4, 12))
    y = x[:, 0] + rng.standard_normal(400)
    choice = by_correlation(x, y, Correlation(method="correlation", threshold=0.7))
    table = np.abs(spearmanr(x).statistic)
    for a, b in combinations(choice.kept, 2):
        assert table[a, b] <= 0.7
    for dropped in set(range(12)) - set(choice.kept):
        better = [i for i in choice.kept if choice.importance[i] >= choice.importance[dropped]]
        assert (table[dropped, better] > 0.7).any()


def test_redundancy_prefers_the_second_signal_to_a_copy_of_the_first():
    x, y, *_ = matrix()
    kept = names_of(by_redundancy(x, y, 2))
    assert "second" in kept
    assert len(kept & {"signal", "copy_of_signal"}) == 1
    assert names_of(by_redundancy(x, y, 99)) == set(NAMES)


def test_redundancy_agrees_with_the_slow_greedy_search():
    rng = np.random.default_rng(5)
    x = rng.standard_normal((300, 5)) @ rng.standard_normal((5, 9))
    y = x[:, 2] - x[:, 7] + rng.standard_normal(300)
    kept: list[int] = []
    while len(kept) < 5:
        merits = {
            i: abs(spearmanr(x[:, i], y).statistic)
            - np.mean([abs(spearmanr(x[:, i], x[:, j]).statistic) for j in kept] or [0.0])
            for i in set(range(9)) - set(kept)
        }
        kept.append(max(merits, key=merits.get))
    assert by_redundancy(x, y, 5).kept.tolist() == sorted(kept)


def test_rank_correlations_are_spearmans():
    x, y, *_ = matrix(4)
    x[:, 2] = np.round(x[:, 2])
    relevance, redundancy = relevance_and_redundancy(x, y)
    np.testing.assert_allclose(redundancy, np.abs(spearmanr(x).statistic), atol=1e-12)
    expected = [abs(spearmanr(column, y).statistic) for column in x.T]
    np.testing.assert_allclose(relevance, expected, atol=1e-12)


def test_a_hole_counts_as_the_middle_and_a_constant_as_nothing():
    holes = np.array([[1.0, 7.0, np.nan], [np.nan, 7.0, np.nan], [5.0, 7.0, np.nan]])
    half = np.sqrt(0.5)
    np.testing.assert_allclose(unit_ranks(holes)[:, 0], [-half, 0, half])
    assert (unit_ranks(holes)[:, 1:] == 0).all()


@pytest.mark.parametrize("estimator", ["lightgbm", "ridge"])
def test_elimination_keeps_the_signals_and_drops_noise(estimator):
    x, y, date, end = matrix()
    step = RecursiveElimination(method="rfecv", estimator=estimator, folds=3)
    choice = by_elimination(x, y, PurgedKFold(3, date, end, 5), step)
    kept = names_of(choice)
    assert "second" in kept
    assert kept & {"signal", "copy_of_signal"}
    assert len(kept) < len(NAMES)
    assert np.isfinite(choice.importance[choice.kept]).all()
    assert max(choice.facts["correlation"]) > 0.9


def test_elimination_agrees_with_the_slow_one():
    x, y, date, end = matrix(2, ("signal", "noise_0", "second", "noise_1"))
    splitter = PurgedKFold(3, date, end, 5)
    scores: dict[int, list[float]] = {}
    for train, test in splitter.split(x):
        for columns in eliminated(x[train], y[train]):
            model = make_estimator("ridge", len(y)).fit(x[train][:, columns], y[train])
            score = correlation(model.predict(x[test][:, columns]), y[test])
            scores.setdefault(len(columns), []).append(score)
    means = {size: np.mean(values) for size, values in scores.items()}
    best = max(sorted(means), key=means.get)
    expected = next(columns for columns in eliminated(x, y) if len(columns) == best)
    step = RecursiveElimination(method="rfecv", estimator="ridge", step=0.25, folds=3)
    choice = by_elimination(x, y, splitter, step)
    assert choice.kept.tolist() == expected
    told = dict(zip(choice.facts["n_features"], choice.facts["correlation"], strict=True))
    assert told == pytest.approx(means)


def test_each_round_a_share_of_what_is_left_leaves():
    """Of the 158 of Alpha158 the small sets are tried as well as the large ones."""
    rng = np.random.default_rng(0)
    date = np.repeat(np.arange("2020-01-01", "2020-07-01", dtype="datetime64[D]"), 3)
    x = rng.normal(size=(len(date), 158))
    y = x[:, :4].sum(axis=1) + rng.normal(size=len(date))
    splitter = PurgedKFold(2, date, date + np.timedelta64(3, "D"), 5)
    step = RecursiveElimination(method="rfecv", estimator="ridge", folds=2)
    choice = by_elimination(x, y, splitter, step)
    sizes = np.array(choice.facts["n_features"])
    assert (sizes[0], sizes[-1], len(sizes)) == (158, 1, 23)
    assert (sizes[:-1] - sizes[1:] == np.maximum(1, sizes[:-1] // 5)).all()
    assert set(range(4)) <= set(choice.kept)
    assert len(choice.kept) < 32
    assert len(choice.kept) == sizes[np.argmax(choice.facts["correlation"])]


def eliminated(x, y) -> list[list[int]]:
    """Return the columns left after each round of dropping the smallest coefficient."""
    columns, rounds = list(range(x.shape[1])), []
    while columns:
        rounds.append(list(columns))
        model = make_estimator("ridge", 4 * 190).fit(x[:, columns], y)
        columns.pop(int(np.argmin(np.abs(model[-1].coef_))))
    return rounds


@pytest.mark.parametrize("plain", [5, KFold(5)])
def test_elimination_refuses_a_plain_splitter(plain):
    x, y, *_ = matrix()
    with pytest.raises(LeakingSplitterError, match="leaks"):
        by_elimination(x, y, plain, RecursiveElimination(method="rfecv"))


def test_the_score_is_pearsons_and_knows_the_worthless():
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((2, 50))
    assert correlation(a, b) == pytest.approx(np.corrcoef(a, b)[0, 1])
    assert correlation(np.ones(50), b) == 0
    assert correlation(np.where(a > 2, np.nan, np.nan), b) == -1
