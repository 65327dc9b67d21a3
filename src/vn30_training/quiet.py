"""Silence, before any plug-in is loaded, the warnings of libraries that no user can act on.

Kedro calls `quiet` through the entry point ``kedro.init``, earlier than anything else of a project.
Kedro logs warnings, and mlflow lets no filter of the ``warnings`` module stop its own, so they are
stopped in the log.
"""

from __future__ import annotations

import logging

_HOPELESS = (
    "Add type hints to the `predict` method",  # mlflow, of kedro-mlflow's own model class
    "resolver",  # omegaconf, of kedro's and kedro-mlflow's resolvers
)


def is_of_use(record: logging.LogRecord) -> bool:
    """Tell whether a logged warning is one that a user can act on."""
    return not any(text in record.getMessage() for text in _HOPELESS)


def quiet() -> None:
    """Stop exactly these warnings."""
    logging.getLogger("py.warnings").addFilter(is_of_use)
