"""The configuration agrees with the code: nothing missing, nothing that nobody reads."""

import re

import pytest
from kedro.io import DataCatalog
from tests.configuration import REPOSITORY, load

from vn30_training import pipeline_registry, project
from vn30_training.market.simulated.options import SECTORS
from vn30_training.market.symbols import safe_symbol
from vn30_training.models.contract import Family
from vn30_training.models.options import merge_options
from vn30_training.models.registry import discover, family_class
from vn30_training.models.scope import Scope

LAYERS = (
    *("raw", "intermediate", "primary", "feature"),
    *("model_input", "models", "model_output", "reporting"),
)
ENVIRONMENTS = ("local", "test", "reference")


@pytest.fixture(scope="module", params=ENVIRONMENTS)
def loader(request):
    return load(request.param)


@pytest.fixture
def parameters(loader):
    yield project.use(loader["parameters"])
    project._parameters = None


@pytest.fixture
def pipelines(parameters):
    return pipeline_registry.register_pipelines()


@pytest.fixture
def names(pipelines):
    return {name for pipeline in pipelines.values() for name in pipeline.datasets()}


def is_parameter(name):
    return name == "parameters" or name.startswith("params:")


def test_every_entry_of_the_catalog_has_the_layer_of_its_file_and_its_folder(loader):
    for file in sorted((REPOSITORY / "conf/base/catalog").glob("*.yml")):
        number, _, layer = file.stem.partition("_")
        assert layer == LAYERS[int(number) - 1]
        for entry in re.findall(r"layer: (\w+)", file.read_text(encoding="utf-8")):
            assert entry == layer, file
    for name, entry in loader["catalog"].items():
        layer = entry["metadata"]["kedro-viz"]["layer"]
        folder = re.search(r"/(0\d_\w+)(/|$)", entry.get("filepath", ""))
        # What is compared with, or told of, is stored in another layer's folder.
        if folder and name not in ("previous_vintage", "trained_vintage"):
            assert folder.group(1) == f"0{LAYERS.index(layer) + 1}_{layer}", name


def test_whatever_a_pipeline_makes_or_reads_is_stored(loader, names):
    catalog = DataCatalog.from_config(loader["catalog"])
    for name in sorted(names):
        if not is_parameter(name):
            dataset = catalog.get(name)
            assert type(dataset).__module__.startswith("vn30_training.datasets"), name


def test_every_entry_of_the_catalog_is_used(loader, names):
    catalog = DataCatalog.from_config(loader["catalog"])
    entries = set(loader["catalog"])
    match = catalog.config_resolver.match_dataset_pattern
    used = {name if name in entries else match(name) for name in names}
    assert entries - used == set()


def test_every_parameter_that_a_node_reads_exists(parameters, names):
    for name in names:
        if name.startswith("params:"):
            value = parameters
            for key in name.removeprefix("params:").split("."):
                assert key in value, name
                value = value[key]


def test_every_parameter_is_read(parameters, names):
    source = (REPOSITORY / "src/vn30_training/project.py").read_text(encoding="utf-8")
    read = {name.removeprefix("params:").split(".")[0] for name in names if is_parameter(name)}
    read |= set(re.findall(r"parameters(?:\.get\(|\[)\"(\w+)\"", source))
    assert set(parameters) - read == set()


def test_the_universe_is_made_of_plain_symbols_in_known_sectors():
    universe = load("local")["parameters"]["universe"]["symbols"]
    assert len(universe) == 30
    assert [safe_symbol(name) for name in universe] == list(universe)
    assert {name: facts["sector"] for name, facts in universe.items()} == SECTORS


def test_every_family_has_a_class_and_options_that_it_takes(parameters):
    families = discover(parameters)
    files = (REPOSITORY / "conf/base/parameters/families").glob("*.yml")
    assert set(families) == {file.stem for file in files}
    for name, spec in families.items():
        family = family_class(spec.path)
        assert issubclass(family, Family)
        for scope in project.scopes(spec, ["FPT"]):
            for variant in (None, *parameters[name].get("variants", {})):
                options = merge_options(name, parameters[name], scope, variant)
                family.options_type.model_validate(options.options)


def test_the_test_environment_is_small_and_the_reference_is_qlibs():
    small, reference = (load(env)["parameters"] for env in ("test", "reference"))
    assert small["symbols"] == ["ACB", "FPT", "VNM"]
    assert reference["label"] == {"name": "qlib", "start": 1, "end": 2}
    assert reference["variant"]["lightgbm"] == "qlib"


def test_nodes_grow_with_symbols_times_scopes_and_nothing_else():
    parameters = project.use(load("local")["parameters"])
    try:
        pipelines = pipeline_registry.register_pipelines()
    finally:
        project._parameters = None
    instances = {name: len(scopes) for name, scopes in parameters["instances"].items()}
    assert instances["tft"] == instances["lstm"] == 61
    assert instances["lightgbm"] == instances["ridge"] == 31
    shared = len(pipelines["data"].nodes) + len(pipelines["report"].nodes)
    per_instance = 5 * sum(instances.values()) + 2 * len(instances)
    assert len(pipelines["__default__"].nodes) == shared + per_instance
    assert pipelines["__default__"].nodes == pipelines["baseline"].nodes
    assert set(pipelines) == {
        *("__default__", "baseline", "data", "report", "forecast"),
        *("preflight", "audit", "walk_forward", "evaluation", "backtest", "orders"),
        *instances,
    }
    assert all(not pipeline.inputs() & pipeline.outputs() for pipeline in pipelines.values())


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"model": "ridg"}, "orders.model: no family 'ridg'; did you mean 'ridge'?"),
        ({"scope": "finetuned"}, "orders.scope: ridge has no scope 'finetuned'; valid names: "),
    ],
)
def test_orders_of_a_model_that_is_none_are_refused(chosen, words):
    parameters = load("local")["parameters"]
    project.use({**parameters, "orders": {**parameters["orders"], **chosen}})
    try:
        with pytest.raises(ValueError, match=re.escape(words)):
            pipeline_registry.register_pipelines()
    finally:
        project._parameters = None


def test_the_walk_forward_is_whole_where_it_is_asked_for_and_small_to_look_at():
    parameters = project.use(load("local")["parameters"])
    try:
        drawn = pipeline_registry.register_pipelines()
        pipeline_registry.registered.set_requested(["walk_forward"])
        run = pipeline_registry.register_pipelines()
    finally:
        pipeline_registry.registered.set_requested(None)
        project._parameters = None
    scopes = parameters["instances"].values()
    kinds = [{Scope.parse(name).kind for name in of_family} for of_family in scopes]
    assert list(run) == ["walk_forward"]
    shared = len(drawn["data"].nodes) + len(drawn["evaluation"].nodes) + 2 * len(kinds) + 4
    folds = 5 * 7
    assert len(run["walk_forward"].nodes) == shared + folds * sum(map(len, scopes))
    assert len(drawn["walk_forward"].nodes) == shared + folds * sum(map(len, kinds))
    assert drawn["walk_forward"].outputs() == run["walk_forward"].outputs()
