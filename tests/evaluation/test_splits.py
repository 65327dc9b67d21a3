import json
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from vn30_training.evaluation.splits import PARTS, Split, SplitOptions, label_reach, make_split


def make_labels(sessions: int = 100, start: int = 1, end: int = 3) -> pd.DataFrame:
    """Labels of two symbols; the second is listed a third of the way in."""
    days = pd.bdate_range("2020-01-01", periods=sessions + end).astype("datetime64[us]")
    position = np.concatenate([np.arange(sessions), np.arange(sessions // 3, sessions)])
    return pd.DataFrame(
        {
            "symbol": np.repeat(["AAA", "BBB"], [sessions, sessions - sessions // 3]),
            "date": days[position],
            "trade_date": days[position + start],
            "label_end": days[position + end],
        }
    )


def test_dates_are_the_last_days_of_the_parts():
    labels = make_labels()
    options = SplitOptions(method="dates", train_end=date(2020, 3, 31), valid_end=date(2020, 4, 30))
    split = make_split(labels, options)
    assert split.gap_days == 3
    assert (split.train.first, split.train.last) == ("2020-01-01", "2020-03-26")
    assert (split.valid.first, split.valid.last) == ("2020-04-01", "2020-04-27")
    assert (split.test.first, split.test.last) == ("2020-05-01", "2020-05-19")


def test_ratio_counts_sessions():
    split = make_split(make_labels(100), SplitOptions())
    days = pd.bdate_range("2020-01-01", periods=100)
    assert split.train.last == str(days[69 - 3].date())
    assert split.valid.first == str(days[70].date())
    assert split.valid.last == str(days[84 - 3].date())
    assert split.test.first == str(days[85].date())


def test_train_start_and_test_end_bound_the_history():
    options = SplitOptions(train_start=date(2020, 2, 3), test_end=date(2020, 4, 30))
    split = make_split(make_labels(100), options)
    assert split.train.first == "2020-02-03"
    assert split.test.last == "2020-04-30"


def test_smaller_gap_is_refused_with_the_number_needed():
    with pytest.raises(ValueError, match=r"at least 3.*get 3"):
        make_split(make_labels(), SplitOptions(gap_days=2))


def test_larger_gap_is_kept():
    assert make_split(make_labels(), SplitOptions(gap_days=10)).gap_days == 10


def test_part_without_a_session_is_an_error():
    with pytest.raises(ValueError, match="no session is left for train and valid"):
        make_split(make_labels(4), SplitOptions())


def test_reach_counts_sessions_also_when_the_label_ends_in_the_future():
    assert label_reach(make_labels(20, start=1, end=6)) == 6


def test_label_that_ends_late_is_purged_alone():
    labels = make_labels()
    split = make_split(labels, SplitOptions())
    late = labels.copy()
    row = int(np.flatnonzero(split.mask(labels, "train"))[-1])
    late.loc[row, "label_end"] = pd.Timestamp(split.valid.first)
    assert np.flatnonzero(split.mask(labels, "train") != split.mask(late, "train")).tolist() == [
        row
    ]


@pytest.mark.parametrize(
    "values",
    [
        {"method": "dates", "train_end": date(2020, 1, 1)},
        {"method": "ratio", "train_end": date(2020, 1, 1)},
        {"method": "dates", "train_end": date(2020, 2, 1), "valid_end": date(2020, 1, 1)},
        {"ratios": (0.7, 0.2, 0.2)},
        {"ratios": (1.0, 0.0, 0.0)},
        {"gap_days": -1},
        {"trian_end": date(2020, 1, 1)},
    ],
)
def test_bad_options_are_refused(values):
    with pytest.raises(ValidationError):
        SplitOptions(**values)


def test_json_round_trip():
    split = make_split(make_labels(), SplitOptions())
    assert Split.from_dict(json.loads(json.dumps(split.to_dict()))) == split


@settings(max_examples=40, deadline=None)
@given(
    sessions=st.integers(120, 240),
    start=st.integers(0, 3),
    length=st.integers(1, 10),
    extra=st.none() | st.integers(0, 5),
    train=st.floats(0.4, 0.6),
    valid=st.floats(0.2, 0.3),
)
def test_no_label_window_meets_the_next_part(sessions, start, length, extra, train, valid):
    end = start + length
    labels = make_labels(sessions, start, end)
    gap = None if extra is None else end + extra
    options = SplitOptions(ratios=(train, valid, 1 - train - valid), gap_days=gap)
    split = make_split(labels, options)
    parts = {part: labels[split.mask(labels, part)] for part in PARTS}
    assert all(len(part) for part in parts.values())
    assert parts["train"]["label_end"].max() < parts["valid"]["date"].min()
    assert parts["valid"]["label_end"].max() < parts["test"]["date"].min()
    assert sum(split.mask(labels, part).astype(int) for part in PARTS).max() == 1
    assert parts["test"]["date"].max() == labels["date"].max()
