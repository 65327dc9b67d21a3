"""Kedro's settings of this project: configuration environments, resolvers and hooks."""

import os

from vn30_training import project
from vn30_training.hooks import PROJECT_HOOKS


def _environment(name: str, default: str) -> str:
    return os.environ.get(name) or default


def _tracking_uri() -> str:
    """Return where MLflow keeps its runs: one database in the project, from any working folder."""
    return os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{project.root() / 'mlflow.db'}"


HOOKS = PROJECT_HOOKS
CONF_SOURCE = "conf"
CONFIG_LOADER_ARGS = {
    "base_env": "base",
    "default_run_env": "local",
    "merge_strategy": {"parameters": "soft", "globals": "soft"},
    "config_patterns": {"mlflow": ["mlflow*"]},
    "custom_resolvers": {"vn30.environment": _environment, "vn30.tracking_uri": _tracking_uri},
}
