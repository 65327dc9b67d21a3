import json

import pytest
from kedro.pipeline import Pipeline
from tests.models.small_market import (
    FAMILY_SPECS,
    FEATURES,
    SECTORS,
    declared_families,
    make_market,
)

from vn30_training.evaluation.splits import SplitOptions, make_split
from vn30_training.models.resources import Machine
from vn30_training.models.scope import Scope
from vn30_training.pipelines.preflight import create_pipeline, nodes

MACHINE = Machine(memory=8 * 10**9, disk=10**11, workers=2)
UNIVERSE = {"symbols": {name: {"sector": sector} for name, sector in SECTORS.items()}}


@pytest.fixture(scope="module")
def tables():
    market = make_market()
    split = make_split(market.labels, SplitOptions())
    return market.features, market.labels, split.to_dict()


def examined(tables, variant=None, **defaults):
    entry = declared_families()["ridge"]
    entry["defaults"] = {**entry["defaults"], "features": list(FEATURES), **defaults}
    instances = {scope: {"family": "ridge", "scope": scope} for scope in ("VN30", "AAA", "BBB")}
    return nodes.check_family(*tables, entry, instances, UNIVERSE, variant)


def test_a_healthy_project_is_ready_and_its_record_is_json(tables):
    record = examined(tables)
    assert record == json.loads(json.dumps(record))
    assert record["instances"] == 3
    found = nodes.gather(MACHINE, nodes.check_tables(*tables), record)
    assert found["ready"] is True
    subjects = [check["subject"] for check in found["checks"]]
    assert list(dict.fromkeys(subjects)) == ["data", "ridge", "ridge.VN30", "machine"]
    assert nodes.refuse(json.loads(json.dumps(found))) is None


def test_the_same_inputs_give_the_same_record(tables):
    assert json.dumps(examined(tables)) == json.dumps(examined(tables))


def test_all_that_failed_is_named_when_the_run_is_refused(tables):
    record = examined(tables, options={"penaltys": [1.0]})
    broken = {"name": "tft.VN30", "status": "failed", "reason": "its worker process died"}
    small = Machine(memory=10**8, disk=10**6, workers=2)
    found = nodes.gather(small, nodes.check_tables(*tables), record, broken)
    assert found["ready"] is False
    with pytest.raises(nodes.NotReadyError) as caught:
        nodes.refuse(found)
    told = str(caught.value)
    assert isinstance(caught.value, ValueError)
    assert [check.subject for check in caught.value.failed] == [
        *("ridge", "tft.VN30", "machine", "machine")
    ]
    for part in ("4 failed", "penalties", "worker process died", "memory", "disk"):
        assert part in told


def test_a_variant_may_be_meant_for_one_family(tables):
    record = examined(tables, variant={"ridge": "agressive"})
    assert "did you mean 'aggressive'?" in record["checks"][0]["detail"]
    assert all(check["passed"] for check in examined(tables, {"tft": "seeds"})["checks"])


def test_a_family_is_tried_out_on_its_first_scope_in_that_namespace():
    scopes = {name: [Scope("pooled"), Scope("symbol", "AAA")] for name in FAMILY_SPECS}
    scopes["ridge"] = [Scope("symbol", "AAA")]
    pipeline = Pipeline(create_pipeline(FAMILY_SPECS, scopes))
    namespaces = {node.namespace for node in pipeline.nodes} - {None}
    expected = {f"{name}.VN30" for name in FAMILY_SPECS if name != "ridge"} | {"ridge.AAA"}
    assert namespaces == expected
    assert {name for name in pipeline.inputs() if not name.startswith("params:")} == {
        *("features", "labels", "split", "machine")
    }
    assert {f"preflight_{name}" for name in FAMILY_SPECS} <= pipeline.all_outputs()
    assert not any("." in name for name in pipeline.all_outputs())
    needed = {name for name in pipeline.inputs() if name.startswith("params:ridge")}
    assert needed == {"params:ridge"}
    assert "params:instances.ridge" in pipeline.inputs()
