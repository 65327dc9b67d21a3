"""An audited instance keeps its split and its labels' span, on fewer sessions."""

import numpy as np
import pytest
from tests.evaluation.audit import sick

from vn30_training.evaluation.audit.case import PARTS, Shortened, label_options
from vn30_training.evaluation.audit.options import AuditOptions
from vn30_training.evaluation.splits import SplitOptions, make_split
from vn30_training.features.labels import LabelOptions, build_labels

OPTIONS = AuditOptions(train_sessions=120, valid_sessions=40, test_sessions=20)


@pytest.fixture(scope="module")
def given():
    return sick.small_given()


@pytest.mark.parametrize(("start", "end"), [(1, 3), (1, 2), (2, 20)])
def test_the_span_of_labels_is_read_from_them(given, start, end):
    options = LabelOptions(start=start, end=end)
    found = label_options(build_labels(given.panel, given.sessions, options))
    assert (found.start, found.end) == (start, end)


def test_a_shortened_split_keeps_the_sessions_around_the_test(given):
    labels = build_labels(given.panel, given.sessions, LabelOptions())
    split = make_split(labels, SplitOptions(ratios=(0.6, 0.2, 0.2)))
    near = Shortened(split, OPTIONS)
    days = {}
    for part in PARTS:
        rows = near.mask(labels, part)
        assert not (rows & ~split.mask(labels, part)).any()
        days[part] = np.unique(labels["date"][rows])
    assert [len(days[part]) for part in PARTS] == [120, 40, 20]
    assert days["test"][0] == labels["date"][split.mask(labels, "test")].min()
    assert days["train"][-1] == labels["date"][split.mask(labels, "train")].max()
    around = labels["date"][near.around(labels)]
    assert (around.min(), around.max()) == (days["train"][0], days["test"][-1])
