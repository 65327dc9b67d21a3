"""Parts of the project run by name, and what is said where their inputs are missing."""

import pytest
from tests.configuration import load
from tests.end_to_end.data_root import DataRoot

from vn30_training import pipeline_registry, project


@pytest.fixture(scope="module")
def everything():
    project.use(load("test")["parameters"])
    yield pipeline_registry.register_pipelines()["__default__"]
    project._parameters = None


def names(pipeline):
    return {node.name for node in pipeline.nodes}


def test_a_namespace_is_a_family_or_one_instance(everything):
    instance = names(everything.filter(node_namespaces=["tft.ACB"]))
    steps = ("choose_options", "fit", "forecast", "log_trial", "score")
    assert instance == {f"tft.ACB.{step}" for step in steps}
    family = names(everything.filter(node_namespaces=["lightgbm"]))
    scopes = ("VN30", "ACB", "FPT", "VNM")
    gather = {"lightgbm.gather_scores", "lightgbm.gather_forecasts"}
    assert family == {f"lightgbm.{s}.{step}" for s in scopes for step in steps} | gather


def test_a_symbols_tag_selects_it_over_all_families(everything):
    selected = names(everything.filter(tags=["FPT"]))
    assert {name.rpartition(".")[0] for name in selected} == {
        *("lightgbm.FPT", "ridge.FPT", "lstm.FPT", "tft.FPT"),
        *("lstm.FPT_finetuned", "tft.FPT_finetuned"),
    }


def test_parts_run_on_a_finished_root_and_do_only_their_own_work(baseline, tmp_path):
    root = baseline.root.copy(tmp_path / "data")
    for path in root.path.glob("07_model_output/*/FPT.parquet"):
        path.unlink()
    before = root.times()
    finished = root.run("--namespace=lightgbm")
    assert finished.code == 0, finished.text
    assert "lightgbm.FPT" in finished.text
    after = root.times()
    made = {name for name in after if after[name] != before.get(name)}
    assert made == {"07_model_output/lightgbm/FPT.parquet"}
    finished = root.run("--tags=FPT")
    assert finished.code == 0, finished.text
    assert root.digests() == baseline.root.digests()


@pytest.mark.parametrize(
    ("selection", "lacks", "maker"),
    [
        ("--namespace=tft", "features, labels, setting, split and 1 more", "data"),
        ("--pipeline=orders", "ridge.VN30.model, trained_vintage", "baseline"),
    ],
)
def test_an_empty_root_is_told_which_command_fills_it(selection, lacks, maker, tmp_path):
    finished = DataRoot(tmp_path / "data").run(selection)
    assert finished.code == 1
    assert finished.text.strip().splitlines()[-1] == (
        f"Error: Missing: {lacks}. Make them first with: kedro run --pipeline={maker}"
    )
    assert "Traceback" not in finished.text


@pytest.mark.slow
def test_the_command_told_is_enough_to_go_on(tmp_path):
    root = DataRoot(tmp_path / "data")
    assert root.run("--pipeline=data").code == 0
    assert (root.path / "08_reporting/data_quality.csv").is_file()
    finished = root.run("--namespace=lightgbm")
    assert finished.code == 0, finished.text
    finished = root.run("--namespace=tft.ACB_finetuned")
    assert finished.code == 1
    assert "tft.VN30.model" in finished.text
    assert "kedro run --pipeline=baseline" in finished.text


@pytest.mark.slow
def test_a_variant_is_taken_from_the_environment_and_a_wrong_one_told(baseline, tmp_path):
    root = baseline.root.copy(tmp_path / "data")
    finished = root.run("--namespace=ridge.ACB", MODEL_VARIANT="conservative")
    assert finished.code == 0, finished.text
    options = (root.path / "05_model_input/options/ridge/ACB.json").read_text()
    assert '"variant": "conservative"' in options
    assert "100.0" in options
    finished = root.run("--namespace=ridge.ACB", MODEL_VARIANT="conservativ")
    assert finished.code == 1
    assert "conservativ" in finished.flat
    assert "did you mean 'conservative'" in finished.flat.lower()
