import pytest

from vn30_training.market.checks.codes import CODES, REPAIRS
from vn30_training.reporting.tables import (
    Scale,
    column_scale,
    flatten,
    instance_counts,
    issue_groups,
    leaderboard_rows,
    repair_groups,
    some,
    troubles,
)


def test_floors_stand_among_the_models_and_take_no_place(run):
    rows = leaderboard_rows(run.leaderboard)
    assert [row.family for row in rows] == run.leaderboard["family"].tolist()
    models = [row for row in rows if row.ranked and not row.floor]
    assert [row.place for row in models] == [str(n + 1) for n in range(len(models))]
    assert {row.place for row in rows if row.floor} == {""}


def test_constant_rows_have_no_whisker(run):
    zero = next(row for row in leaderboard_rows(run.leaderboard) if row.family == "zero")
    assert zero.rank_ic_whisker is None
    assert zero.rank_ic == "–"


def test_whiskers_lie_inside_the_scale_and_keep_order(run):
    for row in leaderboard_rows(run.leaderboard):
        if row.rank_ic_whisker:
            mark = row.rank_ic_whisker
            assert 0 < mark.low <= mark.value <= mark.high < 100


def test_zero_is_on_every_scale(run):
    assert 0 < column_scale(run.leaderboard, "rank_ic").place(0.0) < 100
    unknown = run.leaderboard.assign(rank_ic=float("nan"), rank_ic_low=None, rank_ic_high=None)
    assert column_scale(unknown, "rank_ic").place(0.0) == pytest.approx(50)


def test_scale_places_its_ends():
    scale = Scale(-1.0, 3.0)
    assert (scale.place(-1.0), scale.place(0.0), scale.place(3.0)) == (0.0, 25.0, 100.0)
    assert scale.whisker(float("nan"), 0.0, 1.0) is None


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ((30, 0, 0), "30 ok"),
        ((28, 1, 1), "28 of 30 ok"),
        ((0, 2, 0), "failed"),
        ((0, 1, 29), "degenerate"),
        ((None, float("nan"), 0), "0 ok"),
    ],
)
def test_instance_counts(counts, told):
    names = ("n_ok", "n_failed", "n_degenerate")
    assert instance_counts(dict(zip(names, counts, strict=True))) == told


def test_troubles_with_one_reason_stand_together_failures_first(run):
    found = troubles(run.instances)
    assert [trouble.status for trouble in found] == ["failed", "degenerate"]
    assert found[1].names == ("lightgbm.BID", "lightgbm.CTG", "lightgbm.DGC")


def test_a_missing_reason_is_said_to_be_missing(run):
    bad = run.instances.head(1).assign(status="failed", reason=None)
    assert troubles(bad)[0].reason == "no reason was recorded"


def test_issues_by_code_errors_first(run):
    groups = issue_groups(run.quality["issues"], CODES)
    assert [(group.code, group.count) for group in groups] == [("D005", 1), ("D008", 6)]
    assert groups[0].meaning == CODES["D005"]
    assert groups[0].examples[0].startswith("ROS.csv line 412 2018-05-04: ")
    assert len(groups[1].examples) == 3


def test_repairs_by_kind_with_all_their_rows(run):
    groups = repair_groups(run.quality["repairs"], REPAIRS)
    assert [(group.name, group.rows) for group in groups] == [
        ("duplicates_dropped", 5),
        ("rows_sorted", 2490),
    ]
    assert groups[1].where == "VCB.csv"


def test_many_names_are_cut():
    assert some(["A", "B"]) == "A, B"
    assert some([f"S{i}" for i in range(30)]) == "S0, S1, S2, S3, S4, S5 and 24 more"


def test_flatten_gives_dotted_names():
    nested = {"a": {"b": 1, "c": {"d": [1, 2]}}, "e": None, "f": [], "g": "text"}
    assert flatten(nested) == [
        ("a.b", "1"),
        ("a.c.d", "1, 2"),
        ("e", "none"),
        ("f", "none"),
        ("g", "text"),
    ]
