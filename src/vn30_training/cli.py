"""Kedro's own ``run`` command, with this project's runner and the spelling ``--namespace``."""

from __future__ import annotations

import copy
from typing import Any

import click
from kedro.framework.cli.project import run as kedro_run
from kedro.framework.cli.utils import CONTEXT_SETTINGS
from kedro.validation.exceptions import ParameterValidationError

DEFAULT_RUNNER = "vn30_training.running.runner.InstanceRunner"


def _run_quietly(**options: Any) -> Any:
    """Run kedro's command; ``--pipeline`` means a list of one, of which kedro does not warn."""
    if options.get("pipeline") and not options.get("pipelines"):
        options["pipelines"], options["pipeline"] = [options["pipeline"]], None
    assert kedro_run.callback is not None
    try:
        return kedro_run.callback(**options)
    except (ValueError, ParameterValidationError) as error:
        # A name or an option that does not exist, or a value that cannot be: no traceback needed.
        told = [line for line in str(error).splitlines() if "errors.pydantic.dev" not in line]
        raise click.ClickException("\n".join(told)) from error


def _project_run() -> click.Command:
    command = copy.copy(kedro_run)
    command.params = [copy.copy(parameter) for parameter in kedro_run.params]
    command.callback = _run_quietly
    for option in command.params:
        if option.name == "namespaces" and "--namespace" not in option.opts:
            option.opts = [*option.opts, "--namespace"]
        if option.name == "runner":
            option.default = DEFAULT_RUNNER
    return command


@click.group(context_settings=CONTEXT_SETTINGS, name=__file__)
def cli() -> None:
    """Commands of this project."""


run = _project_run()
cli.add_command(run, "run")
