"""The splitter audit against pairwise comparison of windows."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from vn30_training.evaluation.audit.folds import audit_splits
from vn30_training.evaluation.splits import SplitOptions, make_split

DAYS = pd.bdate_range("2024-01-01", periods=60).astype("datetime64[us]")


def make_labels(reach, symbols=("AAA", "BBB"), sessions=40):
    at = np.tile(np.arange(sessions), len(symbols))
    return pd.DataFrame(
        {
            "symbol": np.repeat(symbols, sessions),
            "date": DAYS[at],
            "trade_date": DAYS[at + 1],
            "label_end": DAYS[at + reach],
        }
    )


def meeting(labels, train, test):
    """Count training rows whose window meets that of a test row of the same symbol."""
    count = 0
    for row in labels[train].itertuples():
        others = labels[test & (labels["symbol"] == row.symbol)]
        count += ((others["date"] <= row.label_end) & (others["label_end"] >= row.date)).any()
    return count


@given(
    st.integers(1, 15),
    st.lists(st.sampled_from(["train", "test", "none"]), min_size=80, max_size=80),
)
def test_the_audit_counts_what_pairs_show(reach, roles):
    labels = make_labels(reach)
    train, test = (np.array(roles) == role for role in ("train", "test"))
    (found,) = audit_splits(labels, {"fold": (train, test)})
    count = meeting(labels, train, test)
    assert found["verdict"] == ("fail" if count else "pass")
    if count:
        assert found["detail"].startswith(f"{count} rows; ")


def test_positions_and_masks_are_the_same():
    labels = make_labels(3)
    train = labels["date"] < DAYS[20]
    masks = (train.to_numpy(), ~train.to_numpy())
    positions = tuple(np.flatnonzero(mask) for mask in masks)
    one, two = audit_splits(labels, {"fold": masks}) + audit_splits(labels, {"fold": positions})
    assert one == two
    assert one["sickness"] == "overlapping labels"
    assert one["detail"].startswith("6 rows; AAA on ")


def test_other_symbols_may_be_tested_on_training_days():
    labels = make_labels(5)
    first = (labels["symbol"] == "AAA").to_numpy()
    (found,) = audit_splits(labels, {"by symbol": (first, ~first)})
    assert found["verdict"] == "pass"


def test_a_gap_one_session_short_is_caught():
    labels = make_labels(3)
    split = make_split(labels, SplitOptions(ratios=(0.5, 0.2, 0.3)))
    assert audit_splits(labels, {"split": split})[0]["verdict"] == "pass"
    longer = labels.assign(label_end=make_labels(3 + split.gap_days)["label_end"])

    class Unpurged:
        def mask(self, _, part):
            return split.mask(labels, part)

    found = audit_splits(longer, {"split": Unpurged()})[0]
    assert (found["verdict"], found["sickness"]) == ("fail", "overlapping labels")
