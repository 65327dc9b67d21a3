"""Logging a training to sqlite: handed over and batched, against a call of MLflow per value."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import mlflow
from mlflow.tracking import MlflowClient

from benchmarks.contest import Claim, Contest, Settings
from vn30_training.datasets import tracking

EPOCHS, METRICS = 40, 5


def contests(settings: Settings) -> Iterator[Contest]:
    """Yield the contest of one child run per symbol with five values of each of forty epochs."""
    symbols, epochs = (1, 2) if settings.quick else (10, EPOCHS)
    scores = {"metrics": {f"m{metric}": _curve(metric, epochs) for metric in range(METRICS)}}
    with (
        tempfile.TemporaryDirectory() as folder,
        mock.patch.dict(os.environ),
    ):
        uri = f"sqlite:///{folder}/tracking.db"
        tracking.prepare(uri)
        mlflow.set_tracking_uri(uri)
        experiment = mlflow.set_experiment("benchmark").experiment_id
        with mlflow.start_run() as parent:
            tracking.announce(parent.info.run_id, experiment, uri)
            batched(Path(folder), 1, scores)
            value_by_value(1, scores)
            check_equal(MlflowClient(uri), experiment, METRICS * epochs)
            yield Contest(
                work=f"logging {symbols} runs of {METRICS * epochs} values to sqlite, wall",
                equality="both leave the same child run",
                runs={
                    "mlflow.log_metric per value": lambda: value_by_value(symbols, scores),
                    "handed over, log_batch": lambda: batched(Path(folder), symbols, scores),
                },
                claims=(Claim("handed over, log_batch", "mlflow.log_metric per value", 30),),
                repeats=2 if settings.quick else 5,
            )


def _curve(metric: int, epochs: int) -> dict[str, float]:
    return {f"e{epoch:02d}": metric + 1 / (1 + epoch) for epoch in range(epochs)}


def batched(root: Path, symbols: int, scores: dict[str, dict[str, dict[str, float]]]) -> None:
    """Log as this project does."""
    for number in range(symbols):
        tracking.hand_over(root, f"lstm.S{number:03d}", scores)
    assert tracking.deliver(root)


def value_by_value(symbols: int, scores: dict[str, dict[str, dict[str, float]]]) -> None:
    """Log as MLflow's tutorials do."""
    for number in range(symbols):
        with mlflow.start_run(run_name=f"lstm.S{number:03d}", nested=True):
            for metric, curve in scores["metrics"].items():
                for epoch, value in curve.items():
                    mlflow.log_metric(f"metrics.{metric}.{epoch}", value)


def check_equal(client: MlflowClient, experiment: str, values: int) -> None:
    """Stop unless both ways left a child with the same name and values."""
    runs = client.search_runs([experiment], "tags.mlflow.runName = 'lstm.S000'")
    ours, plain = runs
    assert ours.data.metrics == plain.data.metrics
    assert len(ours.data.metrics) == values
    assert ours.data.tags["mlflow.parentRunId"] == plain.data.tags["mlflow.parentRunId"]
