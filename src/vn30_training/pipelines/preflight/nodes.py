"""Nodes that check everything a training depends on, and refuse if anything is wrong."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pandas as pd

from vn30_training.evaluation.splits import Split
from vn30_training.models.check import Check
from vn30_training.models.preflight import check_data, examine
from vn30_training.models.resources import Machine, check_disk, check_memory, table_bytes
from vn30_training.models.scope import Scope


class NotReadyError(ValueError):
    """Something would have spoiled the training.

    Attributes
    ----------
    failed
        The checks that failed.
    """

    def __init__(self, failed: list[Check]) -> None:
        self.failed = failed
        told = "; ".join(f"{one.subject}, {one.name}: {one.detail}" for one in failed)
        super().__init__(f"{len(failed)} failed: {told}")


def check_tables(
    features: pd.DataFrame, labels: pd.DataFrame, split: dict[str, Any]
) -> dict[str, Any]:
    """Check the tables that all families read, and tell their size in memory."""
    checks = check_data(features, labels, Split.from_dict(split))
    return {"checks": _values(checks), "bytes": table_bytes(features, labels)}


def check_family(
    features: pd.DataFrame,
    labels: pd.DataFrame,
    split: dict[str, Any],
    family: dict[str, Any],
    instances: dict[str, dict[str, str]],
    universe: dict[str, Any],
    variant: Any,
) -> dict[str, Any]:
    """Check a family: its options and rows on every scope, a trial on the first of them."""
    name = next(iter(instances.values()))["family"]
    checks, need = examine(
        name,
        family,
        [Scope.parse(scope) for scope in instances],
        features,
        labels,
        Split.from_dict(split),
        variant=variant,
        sectors={symbol: facts["sector"] for symbol, facts in universe["symbols"].items()},
    )
    return {
        "family": name,
        "checks": _values(checks),
        "bytes": need,
        "instances": len(instances),
    }


def gather(machine: Machine, tables: dict[str, Any], *families: dict[str, Any]) -> dict[str, Any]:
    """Put all checks together with those of the machine."""
    whole = [record for record in families if "checks" in record]
    broken = [record for record in families if "checks" not in record]
    fits = [int(record["bytes"]) for record in whole]
    checks = [
        *tables["checks"],
        *(check for record in whole for check in record["checks"]),
        *_values([_crash(record) for record in broken]),
        *_values([check_memory(int(tables["bytes"]), fits, machine)]),
        *_values([check_disk(sum(int(record["instances"]) for record in whole), machine)]),
    ]
    return {"ready": all(check["passed"] for check in checks), "checks": checks}


def refuse(preflight: dict[str, Any]) -> None:
    """Let a run end well only if every check passed.

    Raises
    ------
    NotReadyError
        If one failed; it names them all.
    """
    failed = [check for check in checks_of(preflight) if not check.passed]
    if failed:
        raise NotReadyError(failed)


def checks_of(preflight: dict[str, Any]) -> list[Check]:
    """Return the checks that `gather` wrote."""
    return [Check(**check) for check in preflight["checks"]]


def _crash(record: dict[str, Any]) -> Check:
    """Tell of a family whose checks did not come to an end."""
    remedy = "Details are in the log of this failure; it may have been for want of memory."
    return Check("trial", record["name"], False, record["reason"], remedy)


def _values(checks: list[Check]) -> list[dict[str, Any]]:
    return [asdict(check) for check in checks]
