from __future__ import annotations

import toy

from vn30_training.running.estimates import Estimates
from vn30_training.running.groups import plan_groups
from vn30_training.running.hashing import HashCache
from vn30_training.running.memory import Memory
from vn30_training.running.runner import InstanceRunner


def test_groups_take_as_long_as_others_of_their_family_or_as_recorded(root):
    groups = {group.name: group for group in plan_groups(toy.pipeline())}
    estimates = Estimates(groups.values(), None)
    assert estimates.left(groups.values(), slots=2) is None
    estimates.observe(groups["tft.VCB"], {"fit": 3.0, "score": 1.0})
    assert estimates.seconds(groups["tft.FPT"]) == 4.0
    assert estimates.seconds(groups["tft.FPT_finetuned"]) is None
    assert estimates.seconds(groups["ridge.FPT"]) is None
    assert estimates.left([groups["tft.FPT"], groups["ridge.FPT"]], slots=2) == 4.0
    assert estimates.left(groups.values(), slots=2) is None


def test_a_pooled_model_says_nothing_of_the_models_of_single_symbols(root):
    groups = {group.name: group for group in plan_groups(toy.pipeline())}
    estimates = Estimates(groups.values(), None)
    estimates.observe(groups["tft.VN30"], {"fit": 100.0})
    assert estimates.seconds(groups["tft.VN30"]) == 100.0
    assert estimates.seconds(groups["tft.FPT"]) is None


def test_recorded_times_come_first(root):
    InstanceRunner(workers=0).run(toy.pipeline(), toy.catalog(root, naive={"pause": 0.05}))
    groups = {group.name: group for group in plan_groups(toy.pipeline())}
    estimates = Estimates(groups.values(), Memory(root / ".state", HashCache()))
    estimates.observe(groups["naive.FPT"], {"fit": 100.0})
    assert 0.05 <= estimates.seconds(groups["naive.VCB"]) < 10
