import pytest
from kedro.framework.cli.project import run as kedro_run

from vn30_training.cli import DEFAULT_RUNNER, run


def parsed(*arguments):
    return run.make_context("run", list(arguments)).params


@pytest.mark.parametrize("spelling", ["--namespace", "--namespaces"])
def test_both_spellings_select_namespaces(spelling):
    assert list(parsed(f"{spelling}=tft.VCB,lightgbm.VN30")["namespaces"]) == [
        "tft.VCB",
        "lightgbm.VN30",
    ]


def test_the_default_runner_is_ours_and_another_can_be_named():
    assert parsed()["runner"] == DEFAULT_RUNNER
    assert parsed("--runner=SequentialRunner")["runner"] == "SequentialRunner"


def test_every_other_option_is_kedros_own_and_kedros_command_is_untouched():
    assert [option.name for option in run.params] == [option.name for option in kedro_run.params]
    assert all("--namespace" not in option.opts for option in kedro_run.params)
    assert next(o for o in kedro_run.params if o.name == "runner").default is None
