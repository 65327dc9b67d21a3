from collections import Counter
from itertools import combinations
from math import comb

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from vn30_training.evaluation.cpcv import CombinatorialOptions, combinatorial_splits
from vn30_training.evaluation.splits import PARTS

PLAIN = CombinatorialOptions()


def make_labels(sessions: int = 240, reach: int = 3) -> pd.DataFrame:
    """Labels of two symbols; the second is listed a third of the way in."""
    days = pd.bdate_range("2020-01-01", periods=sessions + reach).astype("datetime64[us]")
    position = np.concatenate([np.arange(sessions), np.arange(sessions // 3, sessions)])
    return pd.DataFrame(
        {
            "symbol": np.repeat(["AAA", "BBB"], [sessions, sessions - sessions // 3]),
            "date": days[position],
            "trade_date": days[position + 1],
            "label_end": days[position + reach],
        }
    )


def meet(some: pd.DataFrame, others: pd.DataFrame) -> bool:
    """Whether any window from date to label end shares a day with any of the others."""
    starts, ends = others["date"].to_numpy(), others["label_end"].to_numpy()
    return any(((starts <= row.label_end) & (ends >= row.date)).any() for row in some.itertuples())


@settings(max_examples=25, deadline=None)
@given(
    sessions=st.integers(250, 400),
    reach=st.integers(1, 8),
    folds=st.integers(3, 6),
    data=st.data(),
    extra=st.none() | st.integers(0, 3),
    embargo=st.none() | st.integers(0, 6),
)
def test_no_label_window_of_training_meets_one_of_a_later_part(
    sessions, reach, folds, data, extra, embargo
):
    labels = make_labels(sessions, reach)
    options = CombinatorialOptions(
        folds=folds,
        test_folds=data.draw(st.integers(2, max(folds - 2, 2))),
        purge=None if extra is None else reach + extra,
        embargo=embargo,
    )
    splits = combinatorial_splits(labels, options)
    # Windows of one symbol are those of all where both are listed: one of each day says it all.
    days = labels.drop_duplicates("date")
    for split in splits[:: max(len(splits) // 4, 1)]:
        parts = {part: days[split.mask(days, part)] for part in PARTS}
        assert all(len(part) for part in parts.values())
        assert not any(meet(parts[one], parts[two]) for one, two in combinations(PARTS, 2))


@pytest.mark.parametrize(("folds", "test_folds"), [(6, 2), (5, 3), (4, 2)])
def test_every_session_is_tested_as_often_as_there_are_paths(folds, test_folds):
    labels = make_labels()
    splits = combinatorial_splits(labels, CombinatorialOptions(folds=folds, test_folds=test_folds))
    assert len(splits) == comb(folds, test_folds)
    tested = sum(split.mask(labels, "test").astype(int) for split in splits)
    assert set(tested) == {comb(folds - 1, test_folds - 1)}
    assert len({split.test for split in splits}) == len(splits)


def test_each_path_has_every_session_once():
    labels = make_labels()
    splits = combinatorial_splits(labels, PLAIN)
    found = Counter()
    for split in splits:
        path = split.path(labels)
        np.testing.assert_array_equal(path >= 0, split.mask(labels, "test"))
        found.update((int(p), row) for row, p in enumerate(path) if p >= 0)
    assert set(found) == {(p, row) for p in range(5) for row in range(len(labels))}
    assert set(found.values()) == {1}


def test_sessions_are_left_out_on_both_sides_of_a_test():
    """Folds of 40; folds 1 and 3 tested, three sessions purged, five more after a test."""
    labels = make_labels(240, reach=3)
    labels = labels[labels["symbol"] == "AAA"]
    options = CombinatorialOptions(embargo=5, valid=0.01)
    split = next(
        one
        for one in combinatorial_splits(labels, options)
        if one.mask(labels, "test")[[40, 120]].all()
    )
    train = np.flatnonzero(split.mask(labels, "train"))
    expected = [*range(37), *range(88, 117), *range(168, 240)]
    valid = np.flatnonzero(split.mask(labels, "valid"))
    assert valid.tolist() == [239]
    assert train.tolist() == [day for day in expected if day < 239 - 3]


def test_validation_is_the_end_of_training():
    labels = make_labels(600)
    for split in combinatorial_splits(labels, CombinatorialOptions(valid=0.25)):
        parts = {part: labels[split.mask(labels, part)]["date"] for part in PARTS}
        assert parts["train"].max() < parts["valid"].min()
        days = [parts[part].nunique() for part in ("train", "valid")]
        assert days[1] / sum(days) == pytest.approx(0.25, abs=0.02)


def test_embargo_is_a_hundredth_of_the_sessions_by_default():
    labels = make_labels(600)
    given = CombinatorialOptions(embargo=6)
    assert combinatorial_splits(labels, PLAIN) == combinatorial_splits(labels, given)


def test_a_label_that_ends_late_is_left_out_alone():
    labels = make_labels()
    split = combinatorial_splits(labels, PLAIN)[-1]
    late = labels.copy()
    row = int(np.flatnonzero(split.mask(labels, "train"))[10])
    late.loc[row, "label_end"] = pd.Timestamp(split.valid[0].first)
    changed = split.mask(labels, "train") != split.mask(late, "train")
    assert np.flatnonzero(changed).tolist() == [row]


def test_rows_of_one_symbol_are_marked_as_among_all():
    labels = make_labels()
    one = (labels["symbol"] == "BBB").to_numpy()
    for split in combinatorial_splits(labels, PLAIN)[::5]:
        for part in PARTS:
            np.testing.assert_array_equal(
                split.mask(labels[one], part), split.mask(labels, part)[one]
            )


def test_smaller_purge_is_refused_with_the_number_needed():
    with pytest.raises(ValueError, match="at least 3"):
        combinatorial_splits(make_labels(), CombinatorialOptions(purge=2))


def test_folds_too_short_for_their_gaps_are_refused():
    with pytest.raises(ValueError, match="purged_size"):
        combinatorial_splits(make_labels(24), PLAIN)
    with pytest.raises(ValueError, match="too few"):
        combinatorial_splits(make_labels(60), CombinatorialOptions(folds=6, test_folds=5))


@pytest.mark.parametrize(
    "values",
    [{"folds": 2}, {"test_folds": 1}, {"folds": 4, "test_folds": 4}, {"purge": -1}, {"valid": 1.0}],
)
def test_bad_options_are_refused(values):
    with pytest.raises(ValidationError):
        CombinatorialOptions(**values)
