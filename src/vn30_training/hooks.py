"""What happens around a run: the universe, tracking, missing inputs, the closing summary."""

from __future__ import annotations

import logging
import sys
import time
from types import MethodType
from typing import Any

import click
from kedro.framework.hooks import hook_impl
from kedro.framework.project import PACKAGE_NAME, pipelines
from kedro.pipeline import Pipeline

from vn30_training import closing, project
from vn30_training.datasets import tracking
from vn30_training.running.failures import InstancesFailed

logger = logging.getLogger(__name__)

_LOUD = ("kedro_mlflow", "kedro_viz", "mlflow", "alembic")


class UniverseHooks:
    """Give the parameters of the run to the registry before kedro asks it for pipelines."""

    @hook_impl(tryfirst=True)
    def after_context_created(self, context: Any) -> None:
        """Complete the parameters; other symbols or families than before mean other pipelines."""
        completed = project.use(context.config_loader["parameters"])
        context.config_loader["parameters"] = completed
        if PACKAGE_NAME:
            asked = pipelines._requested_pipelines
            pipelines.configure(f"{PACKAGE_NAME}.pipeline_registry")
            pipelines.set_requested(asked)


class TrackingHooks:
    """Let no tracking server stop a run or hold it up, and tell where child runs belong."""

    @hook_impl(tryfirst=True)
    def after_context_created(self, context: Any) -> None:
        """Ask the tracking server once; take kedro-mlflow out of this run if it does not answer."""
        for name in _LOUD:  # they set their own level when they are imported
            logging.getLogger(name).setLevel(logging.ERROR)
        tracking.be_impatient()
        settings = context.config_loader["mlflow"]
        uri = settings["server"]["mlflow_tracking_uri"]
        try:
            tracking.prepare(uri)
        except Exception as error:
            reason = (str(error).splitlines() or [type(error).__name__])[0][:100]
            logger.warning("Tracking: %s does not answer (%s): no tracking.", uri, reason)
            # This very call still reaches kedro-mlflow, which must find a store that answers.
            settings["server"]["mlflow_tracking_uri"] = tracking.NOWHERE
            context.config_loader["mlflow"] = settings
            for plugin in context._hook_manager.get_plugins():
                if type(plugin).__module__.startswith("kedro_mlflow"):
                    context._hook_manager.unregister(plugin)

    @hook_impl(trylast=True)
    def before_pipeline_run(self) -> None:
        """Announce kedro-mlflow's run as the parent of what the instances will log."""
        if "mlflow" not in sys.modules:
            return
        import mlflow

        run = mlflow.active_run()
        if run is not None:
            tracking.announce(run.info.run_id, run.info.experiment_id, mlflow.get_tracking_uri())


class PipelineCacheHooks:
    """Compute a pipeline's free inputs and outputs once a run.

    Kedro 1.7 asks a pipeline for them at every dataset it releases, which is most of the time of a
    run of thousands of nodes; a pipeline never changes, so the answer may be kept.
    """

    @hook_impl(tryfirst=True)
    def before_pipeline_run(self, pipeline: Pipeline) -> None:
        """Replace the two methods on this pipeline by their answers."""
        for name in ("inputs", "outputs"):
            answer = frozenset(getattr(pipeline, name)())
            setattr(pipeline, name, MethodType(lambda _, kept=answer: set(kept), pipeline))


class MissingInputHooks:
    """Say in one line which command makes the inputs that a partial run lacks."""

    @hook_impl(tryfirst=True)
    def before_pipeline_run(self, pipeline: Pipeline, catalog: Any) -> None:
        """Raise `MissingInputsError` where a persisted input of the run does not exist."""
        missing = sorted(
            name
            for name in pipeline.inputs()
            if not name.startswith("params:")
            and name != "parameters"
            and not getattr(catalog.get(name), "optional", False)
            and not catalog.exists(name)
        )
        if missing:
            raise MissingInputsError(missing)


class ClosingHooks:
    """Tell at the end what was found and where it is, also where some instances failed."""

    @hook_impl
    def before_pipeline_run(self) -> None:
        """Start the clock."""
        self._started = time.monotonic()

    @hook_impl(trylast=True)
    def after_pipeline_run(self, pipeline: Pipeline, catalog: Any) -> None:
        """Print the summary."""
        self._tell(pipeline, catalog)

    @hook_impl(trylast=True)
    def on_pipeline_error(self, error: Exception, pipeline: Pipeline, catalog: Any) -> None:
        """Print the summary of a run in which only instances failed, before kedro tells which."""
        if not isinstance(error, InstancesFailed) or error.cut_off:
            return
        others = {node.name for node in pipeline.nodes} - closing.VERDICTS
        if error.reasons.keys().isdisjoint(others):
            self._tell(pipeline, catalog)

    def _tell(self, pipeline: Pipeline, catalog: Any) -> None:
        closing.tell(catalog, pipeline.all_outputs(), time.monotonic() - self._started)


class MissingInputsError(click.ClickException):
    """A run was asked for whose inputs no run has made yet."""

    def __init__(self, names: list[str]) -> None:
        shown = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
        command = f"kedro run --pipeline={_maker(names)}"
        super().__init__(f"Missing: {shown}. Make them first with: {command}")


def _maker(names: list[str]) -> str:
    """Return the pipeline that makes all of these; the later ones make what the data does, too."""
    if any(name.startswith(("stitched_", "fold_", "walk_forward_")) for name in names):
        return "walk_forward"
    trained = ("board_", "forecasts_", "trained_vintage")
    if any(name.startswith(trained) or name.endswith(".model") for name in names):
        return "baseline"
    return "data"


PROJECT_HOOKS = (
    UniverseHooks(),
    TrackingHooks(),
    MissingInputHooks(),
    PipelineCacheHooks(),
    ClosingHooks(),
)
