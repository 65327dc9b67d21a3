from __future__ import annotations

import pytest
import toy
from kedro.pipeline import Node, Pipeline

from vn30_training.running.groups import plan_groups


def same(*values):
    return values[0]


def test_instances_are_whole_and_other_nodes_single():
    groups = {group.name: group for group in plan_groups(toy.pipeline())}
    assert len(groups) == 19 + 2 + 3 + 1
    assert [node.func.__name__ for node in groups["tft.VCB"].nodes] == [
        "choose_options",
        "fit",
        "forecast",
        "score",
    ]
    assert groups["tft.VCB"].is_instance
    assert groups["tft.VCB"].needs == {"make_features"}
    assert groups["tft.VCB_finetuned"].needs == {"make_features", "tft.VN30"}
    assert not groups["tft.gather"].is_instance
    assert groups["report"].needs == {"naive.gather", "ridge.gather", "tft.gather"}


def test_every_group_stands_after_those_it_needs():
    seen = set()
    for group in plan_groups(toy.pipeline()):
        assert group.needs <= seen
        seen.add(group.name)


def test_groups_that_need_each_other_are_named():
    pipeline = Pipeline(
        [
            Node(same, "a", "tft.VCB.b", name="first", namespace="tft.VCB"),
            Node(same, "tft.VCB.b", "c", name="between"),
            Node(same, "c", "tft.VCB.d", name="last", namespace="tft.VCB"),
        ]
    )
    with pytest.raises(ValueError, match=r"need each other: .*between"):
        plan_groups(pipeline)
