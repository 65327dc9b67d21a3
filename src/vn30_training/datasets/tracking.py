"""Child runs of MLflow: handed over as files where scores are saved, delivered by one process.

A file stays until it is delivered, so a server that is down delays nothing and loses nothing.
"""

from __future__ import annotations

import json
import logging
import math
import os
import time
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from vn30_training.datasets.paths import STATE_FOLDER
from vn30_training.files import write_json

PARENT_RUN = "VN30_MLFLOW_PARENT_RUN"
EXPERIMENT = "VN30_MLFLOW_EXPERIMENT"
TRACKING_URI = "VN30_MLFLOW_URI"
_SPOOL = Path(STATE_FOLDER) / "mlflow_spool"
_ID_TAG = "vn30.id"
_MOST_PARAMETERS = 100
_LONGEST_PARAMETER = 500
# The client's own defaults hold a run up for four minutes where a server does not answer.
PATIENCE = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1", "MLFLOW_HTTP_REQUEST_TIMEOUT": "3"}

NOWHERE = "sqlite:///:memory:"
"""A store that always answers and keeps nothing."""

logger = logging.getLogger(__name__)


def announce(parent_run: str, experiment: str, uri: str) -> None:
    """Tell this process, and those it starts from now on, under which run children belong."""
    os.environ.update({PARENT_RUN: parent_run, EXPERIMENT: experiment, TRACKING_URI: uri})


def be_impatient() -> None:
    """Let the MLflow client give up after seconds; for the start of a process, before it asks."""
    for name, value in PATIENCE.items():
        os.environ.setdefault(name, value)


def prepare(uri: str) -> None:
    """Ask the tracking store once, which also creates the tables of a new sqlite store.

    Whatever the client raises where the store does not answer is raised.
    """
    from mlflow.tracking import MlflowClient

    MlflowClient(tracking_uri=uri).search_experiments(max_results=1)


def hand_over(root: Path, name: str, scores: Mapping[str, Any]) -> None:
    """Leave ``scores`` below ``root`` to be delivered as a child run, if a parent was announced."""
    parent = os.environ.get(PARENT_RUN)
    if parent is None:
        return
    identifier = uuid.uuid4().hex
    record = {
        "id": identifier,
        "name": name,
        "parent": parent,
        "experiment": os.environ[EXPERIMENT],
        "uri": os.environ[TRACKING_URI],
        "time": time.time_ns() // 1_000_000,
        "failed": scores.get("status") == "failed",
        "options": dict(_leaves(scores.get("options", {}))),
        "metrics": dict(_metrics(scores)),
    }
    write_json(root / _SPOOL / f"{record['time']}-{identifier}.json", record)


def deliver(root: Path) -> bool:
    """Write every record handed over below ``root`` as a child run; return whether all went well.

    It never raises: what cannot be delivered stays for the next time, with one warning.
    """
    waiting = sorted((root / _SPOOL).glob("[0-9]*.json"))
    try:
        for path in waiting:
            _deliver_one(json.loads(path.read_text(encoding="utf-8")))
            path.unlink()
    except Exception as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        logger.warning("Tracking: MLflow took no child runs (%s); they wait in %s.", reason, root)
        return False
    return True


def _deliver_one(record: Mapping[str, Any]) -> None:
    be_impatient()
    from mlflow.entities import Metric, Param, RunTag
    from mlflow.tracking import MlflowClient

    client = MlflowClient(tracking_uri=record["uri"])
    same = f"tags.`{_ID_TAG}` = '{record['id']}'"
    if client.search_runs([record["experiment"]], same, max_results=1):
        return
    run = client.create_run(
        record["experiment"],
        start_time=record["time"],
        run_name=record["name"],
        tags={"mlflow.parentRunId": record["parent"]},
    ).info.run_id
    client.log_batch(
        run,
        metrics=[Metric(key, value, record["time"], 0) for key, value in record["metrics"].items()],
        params=[
            Param(key, str(value)[:_LONGEST_PARAMETER])
            for key, value in list(record["options"].items())[:_MOST_PARAMETERS]
        ],
        tags=[RunTag(_ID_TAG, record["id"])],
    )
    client.set_terminated(run, "FAILED" if record["failed"] else "FINISHED")


def _metrics(scores: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    for key, value in _leaves({k: v for k, v in scores.items() if k != "options"}):
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            yield key, float(value)


def _leaves(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the values of nested dictionaries with their keys joined by dots, lists left out."""
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{key}.")
        elif not isinstance(value, list):
            yield f"{prefix}{key}", value
