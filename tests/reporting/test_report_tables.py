import pandas as pd

from vn30_training.market.checks.codes import CODES, REPAIRS
from vn30_training.reporting.tables import (
    UNLEARNED,
    doubts,
    flatten,
    issue_groups,
    repair_groups,
    some,
    troubles,
)


def test_troubles_with_one_reason_stand_together_failures_first(run):
    found = troubles(run.instances)
    assert [trouble.status for trouble in found] == ["failed", "degenerate"]
    assert found[1].names == ("lightgbm.BID", "lightgbm.CTG", "lightgbm.DGC")


def test_a_missing_reason_is_said_to_be_missing(run):
    bad = run.instances.head(1).assign(status="failed", reason=None)
    assert troubles(bad)[0].reason == "no reason was recorded"


def test_instances_that_learned_nothing_are_told_by_what_was_checked():
    instances = pd.DataFrame(
        {
            "name": ["tft.FPT", "lstm.FPT", "lstm.VCB", "zero.VN30"],
            "doubts": ["training loss fell; files reload", "files reload", None, None],
        }
    )
    found = {doubt.reason: (doubt.names, doubt.families) for doubt in doubts(instances)}
    assert found == {
        "the training loss never fell": (("tft.FPT",), "tft"),
        UNLEARNED["files reload"]: (("lstm.FPT", "tft.FPT"), "lstm, tft"),
    }
    assert doubts(instances.drop(columns="doubts")) == []


def test_issues_by_code_errors_first(run):
    groups = issue_groups(run.quality["issues"], CODES)
    assert [(group.code, group.count) for group in groups] == [("D005", 1), ("D008", 6)]
    assert groups[0].meaning == CODES["D005"]
    assert groups[0].examples[0].startswith("ROS.csv line 412: Closes")
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


def test_examples_name_the_symbol_where_no_file_is_known_and_are_short():
    long = {"level": "warning", "code": "D011", "symbol": "VCB", "fix": "", "message": "day " * 99}
    group = issue_groups([long, long], CODES)[0]
    assert len(group.examples) == 1
    assert group.examples[0].startswith("VCB: day day")
    assert group.examples[0].endswith(" …")
    assert len(group.examples[0]) <= 140
