"""Every sickness is caught, and called by its name."""

import pytest
from tests.evaluation.audit import sick

from vn30_training.evaluation.audit import AuditOptions, audit_splits
from vn30_training.evaluation.audit.data import audit_data_chain
from vn30_training.evaluation.audit.family import audit_family_chain, make_case
from vn30_training.evaluation.audit.skill import audit_shuffled
from vn30_training.features.labels import LabelOptions, build_labels

OPTIONS = AuditOptions(cuts=12, shuffles=5, train_sessions=200, test_sessions=80)


@pytest.fixture(scope="module")
def given():
    return sick.small_given()


@pytest.fixture(scope="module")
def ridge(given):
    return sick.instance(given)


def fails(findings):
    return {(one.check, one.subject, one.sickness) for one in findings if one.verdict == "fail"}


def failures_of_data(given, chain):
    return [
        one for one in audit_data_chain(chain, given.handed_in, OPTIONS) if one.verdict == "fail"
    ]


def tables_of(one):
    return one.chain, one.panel, one.features, one.labels, one.split, one.options, one.scope


def case_of(one, options):
    return make_case(*tables_of(one), options)


def failures_of_family(one):
    return fails(audit_family_chain(*tables_of(one), OPTIONS))


@pytest.mark.parametrize(
    ("make", "sickness", "detail"),
    [
        (sick.haar_wavelet, "whole-series transform", "SICK"),
        (sick.fourier_low_pass, "whole-series transform", "SICK"),
        (sick.savitzky_golay, "window reaching ahead", "5 sessions ahead"),
        (sick.centred_mean, "window reaching ahead", "2 sessions ahead"),
        (sick.shifted_label, "label among the features", "next 1 sessions"),
        (sick.later_label, "label among the features", "next 3 sessions"),
    ],
)
def test_a_column_that_looks_ahead(given, make, sickness, detail):
    found = failures_of_data(given, sick.sick_features(given, make))
    assert ("future", "features", sickness) in fails(found)
    assert {one.sickness for one in found if one.check == "future"} == {sickness}
    assert detail in next(one.detail for one in found if one.check == "future")


@pytest.mark.parametrize(
    ("change", "sickness"),
    [
        (sick.global_z_score, "normalised on all data"),
        (sick.min_max_of_each, "normalised on all data"),
        (sick.forward_then_backward, "backward fill"),
        (sick.correlation_graph, "graph of all data"),
    ],
)
def test_a_table_that_looks_ahead(given, change, sickness):
    found = failures_of_data(given, sick.changed_features(given, change))
    assert fails(found) == {("future", "features", sickness)}
    assert found[0].detail.startswith("SICK: ")


@pytest.mark.parametrize("fill", [sick.backward, sick.interpolated])
def test_gaps_filled_from_the_future(given, fill):
    found = failures_of_data(given, sick.sick_panel(given, fill))
    assert fails(found) == {("future", "panel", "backward fill")}


def test_prices_that_a_dividend_moves(given):
    found = failures_of_data(given, sick.sick_features(given, sick.price_level))
    assert fails(found) == {("dividend", "features", "price level")}


def test_todays_members_over_history(given):
    found = failures_of_data(given, sick.todays_members(given))
    assert fails(found) == {("membership", "panel", "today's members")}


@pytest.mark.parametrize("said", [True, False])
def test_a_fill_at_the_bar_that_decides(given, said):
    found = failures_of_data(given, sick.same_bar(given, said))
    assert ("same bar", "labels", "same-bar fill") in fails(found)


@pytest.mark.parametrize(
    ("folds", "sickness"),
    [
        (sick.shuffled_folds, "shuffled folds"),
        (sick.contiguous_folds, "overlapping labels"),
    ],
)
def test_folds_whose_labels_overlap(given, folds, sickness):
    labels = build_labels(given.panel, given.sessions, LabelOptions(start=1, end=20))
    found = audit_splits(labels, folds(labels))
    assert {(one["verdict"], one["sickness"]) for one in found} == {("fail", sickness)}


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (sick.selecting_on_all, ("fit", "selection on all data")),
        (sick.scaling_on_all, ("fit", "processors fitted on all data")),
        (sick.fitting_on_all, ("fit", "fitted on all data")),
        (sick.graph_of_test, ("fit", "graph of all data")),
        (sick.masked_by_label, ("hidden labels", "label in the score")),
        (sick.blind, ("planted answer", "blind")),
    ],
)
def test_training_and_scores_that_look_ahead(ridge, make, expected):
    check, sickness = expected
    found = failures_of_family(make(ridge))
    assert (check, "ridge.VN30", sickness) in found


def test_selection_on_all_data_has_skill_on_shuffled_labels(ridge):
    many = AuditOptions(shuffles=20, train_sessions=200, test_sessions=80)
    found = audit_shuffled(case_of(sick.selecting_on_all(ridge), many))
    assert (found.verdict, found.sickness) == ("fail", "skill on shuffled labels")
    assert audit_shuffled(case_of(ridge, many)).verdict == "pass"
