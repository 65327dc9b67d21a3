"""The purged splitter: every row tested once, no label window on both sides, plain ones refused."""

from itertools import combinations
from math import comb
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import (
    GroupKFold,
    KFold,
    ShuffleSplit,
    TimeSeriesSplit,
    check_cv,
    cross_val_score,
)

from vn30_training.models.selection.purged import LeakingSplitterError, PurgedKFold, checked

DAY = np.timedelta64(1, "D")


def market(sessions: int, symbols: int, reach: NDArray[Any], seed: int) -> tuple[Any, Any]:
    """Return dates and label ends in shuffled order, sessions several days apart."""
    rng = np.random.default_rng(seed)
    calendar = np.datetime64("2020-01-01") + np.cumsum(rng.integers(1, 5, sessions + 40)) * DAY
    at = np.repeat(np.arange(sessions), symbols)
    at = rng.permutation(at[rng.random(len(at)) < 0.9])
    return calendar[at], calendar[at + reach[at % len(reach)]]


@given(
    n_splits=st.integers(2, 6),
    sessions=st.integers(50, 90),
    symbols=st.integers(1, 4),
    reach=st.lists(st.integers(0, 12), min_size=1, max_size=5),
    embargo=st.integers(0, 4),
    seed=st.integers(0, 99),
)
@settings(max_examples=150, deadline=None)
def test_no_label_window_is_on_both_sides(n_splits, sessions, symbols, reach, embargo, seed):
    date, end = market(sessions, symbols, np.array(reach), seed)
    splitter = PurgedKFold(n_splits, date, end, embargo)
    calendar = np.unique(date)
    tested = []
    folds = list(splitter.split(date))
    for train, test in folds:
        tested.extend(test.tolist())
        first, last = date[test].min(), end[test].max()
        assert not ((end[train] >= first) & (date[train] <= last)).any()
        embargoed = calendar[calendar > last][:embargo]
        assert not np.isin(date[train], embargoed).any()
        assert not np.isin(date[train], date[test]).any()
        held_back = np.setdiff1d(np.arange(len(date)), np.concatenate([train, test]))
        meets = (end[held_back] >= first) & (date[held_back] <= last)
        assert (meets | np.isin(date[held_back], embargoed)).all()
    assert sorted(tested) == list(range(len(date)))
    starts = [date[test].min() for _, test in folds]
    assert starts == sorted(starts)


def test_test_folds_are_runs_of_sessions_of_nearly_equal_length() -> None:
    date, end = market(53, 3, np.array([2]), 0)
    sizes = [len(np.unique(date[test])) for _, test in PurgedKFold(5, date, end).split()]
    assert sum(sizes) == len(np.unique(date))
    assert max(sizes) - min(sizes) <= 1


@pytest.mark.parametrize(
    ("folds", "reach", "embargo"), [(5, 0, 0), (5, 3, 0), (4, 3, 5), (6, 2, 1)]
)
def test_purge_and_embargo_are_those_of_skfolio(folds: int, reach: int, embargo: int) -> None:
    """Its combinatorial splitter tests two folds at once and trains on what is clear of both."""
    from skfolio.model_selection import CombinatorialPurgedCV

    date = np.datetime64("2020-01-01") + np.arange(120) * DAY
    ours = list(PurgedKFold(folds, date, date + reach * DAY, embargo).split())
    both = list(PurgedKFold(folds, date, date + reach * DAY, embargo, test_folds=2).split())
    theirs = CombinatorialPurgedCV(folds, 2, purged_size=reach, embargo_size=embargo)
    pairs = list(combinations(range(folds), 2))
    for (one, other), (train, tests), found in zip(
        pairs, theirs.split(date[:, None]), both, strict=True
    ):
        np.testing.assert_array_equal(found[0], train)
        np.testing.assert_array_equal(found[1], np.concatenate(tests))
        np.testing.assert_array_equal(np.intersect1d(ours[one][0], ours[other][0]), train)
        np.testing.assert_array_equal(np.concatenate(tests), [*ours[one][1], *ours[other][1]])


@given(
    folds=st.integers(3, 6),
    tested=st.integers(1, 3),
    symbols=st.integers(1, 3),
    reach=st.lists(st.integers(0, 6), min_size=1, max_size=4),
    embargo=st.integers(0, 3),
    seed=st.integers(0, 99),
)
@settings(max_examples=40, deadline=None)
def test_every_combination_is_tested_once_clear_of_its_training(
    folds, tested, symbols, reach, embargo, seed
):
    tested = min(tested, folds - 2)
    date, end = market(200, symbols, np.array(reach), seed)
    splitter = PurgedKFold(folds, date, end, embargo, tested)
    splits = list(splitter.split_by_fold())
    assert [tuple(tests) for _, tests in splits] == list(combinations(range(folds), tested))
    assert splitter.get_n_splits() == len(splits)
    calendar = np.unique(date)
    times = np.zeros(len(date), dtype=int)
    for train, tests in splits:
        for test in tests.values():
            times[test] += 1
            first, last = date[test].min(), end[test].max()
            assert not ((end[train] >= first) & (date[train] <= last)).any()
            assert not np.isin(date[train], calendar[calendar > last][:embargo]).any()
    assert set(times) == {comb(folds - 1, tested - 1)}


def test_scikit_learn_takes_it_for_a_splitter() -> None:
    date, end = market(60, 2, np.array([3]), 1)
    splitter = PurgedKFold(4, date, end, embargo=2)
    assert check_cv(splitter) is splitter
    assert splitter.get_n_splits(date, None, None) == 4
    x = np.random.default_rng(0).standard_normal((len(date), 2))
    assert cross_val_score(LinearRegression(), x, x[:, 0], cv=splitter) == pytest.approx(1)


@pytest.mark.parametrize(
    "plain",
    [5, KFold(5), KFold(5, shuffle=True), ShuffleSplit(3), TimeSeriesSplit(3), GroupKFold(2), None],
)
def test_splitters_that_know_no_label_windows_are_refused(plain: Any) -> None:
    with pytest.raises(LeakingSplitterError, match=r"leaks: labels span .* Say `folds: n`"):
        checked(plain)


def test_a_purged_splitter_passes() -> None:
    date, end = market(40, 1, np.array([1]), 0)
    splitter = PurgedKFold(3, date, end)
    assert checked(splitter) is splitter


def test_impossible_arguments_are_refused() -> None:
    date, end = market(40, 1, np.array([1]), 0)
    with pytest.raises(ValueError, match="impossible"):
        PurgedKFold(1, date, end)
    with pytest.raises(ValueError, match="impossible"):
        PurgedKFold(3, date, end, embargo=-1)
    with pytest.raises(ValueError, match="3 of them tested"):
        PurgedKFold(3, date, end, test_folds=3)
    with pytest.raises(ValueError, match="one entry per row"):
        PurgedKFold(3, date, end[1:])
    with pytest.raises(ValueError, match="label_end not before it"):
        PurgedKFold(3, end + DAY, date)
    with pytest.raises(ValueError, match="label_end not before it"):
        PurgedKFold(3, date, np.full(len(date), np.datetime64("NaT", "D")))
    with pytest.raises(ValueError, match="cannot be cut into 50 folds"):
        PurgedKFold(50, date, end)
    with pytest.raises(ValueError, match=r"knows .* rows, X has 1"):
        list(PurgedKFold(3, date, end).split([0]))
    with pytest.raises(ValueError, match="no row left to train on"):
        list(PurgedKFold(2, date, end, embargo=40).split())
