"""Nodes that look for look-ahead, and refuse where there is any."""

from __future__ import annotations

from typing import Any

import pandas as pd

from vn30_training.evaluation import audit as auditing
from vn30_training.evaluation.audit import AuditOptions, Finding
from vn30_training.evaluation.folds import choose_preset, plan_folds, read_split
from vn30_training.evaluation.splits import Split
from vn30_training.features.labels import LabelOptions
from vn30_training.models.options import InstanceOptions
from vn30_training.models.scope import Scope
from vn30_training.pipelines.audit.fingerprint import fingerprint
from vn30_training.pipelines.family.nodes import choose_options

Findings = list[dict[str, Any]]


class LeakFoundError(ValueError):
    """The audit found look-ahead."""


def audit_data(
    prices: pd.DataFrame,
    sessions: pd.DataFrame,
    members: pd.DataFrame,
    universe: dict[str, Any],
    label: LabelOptions,
    features: dict[str, Any],
    audit: AuditOptions,
) -> Findings:
    """Audit what is made of prices before any model."""
    return auditing.audit_data(
        prices, sessions, members, _sectors(universe), label, features["mode"], audit
    )


def audit_splits(
    labels: pd.DataFrame, split: dict[str, Any], walk_forward: dict[str, Any]
) -> Findings:
    """Audit the single split and every fold of the walk-forward validation."""
    plans = plan_folds(labels, choose_preset(walk_forward))
    folds = [read_split(plan) for plan in plans if "reason" not in plan]
    splits = {"split": Split.from_dict(split), **{f"fold_{one.fold}": one for one in folds}}
    return auditing.audit_splits(labels, splits)


def audit_recalibration(labels: pd.DataFrame, audit: AuditOptions) -> Findings:
    """Audit how quantiles are corrected by earlier ones."""
    return auditing.audit_recalibration(labels, audit)


def audit_instance(
    panel: pd.DataFrame,
    features: pd.DataFrame,
    labels: pd.DataFrame,
    split: dict[str, Any],
    family: dict[str, Any],
    instance: dict[str, str],
    universe: dict[str, Any],
    variant: Any,
    feature_options: dict[str, Any],
    audit: AuditOptions,
) -> Findings:
    """Audit one instance of a family, in a small size."""
    options = InstanceOptions.model_validate(choose_options(family, instance, variant))
    return auditing.audit_family(
        panel,
        features,
        labels,
        Split.from_dict(split),
        options,
        Scope.parse(instance["scope"]),
        _sectors(universe),
        feature_options["mode"],
        audit,
    )


def conclude(
    vintage: dict[str, Any], parameters: dict[str, Any], *found: Findings | dict[str, Any]
) -> dict[str, Any]:
    """Judge all findings; an instance whose audit did not come to an end is missing."""
    findings = [
        one for part in found for one in (part if isinstance(part, list) else [_broken(part)])
    ]
    return {
        **auditing.verdict(findings),
        "fingerprint": fingerprint(vintage, parameters),
        "findings": findings,
    }


def refuse_leaks(audit: dict[str, Any]) -> None:
    """Let a run end well only if no check failed.

    Raises
    ------
    LeakFoundError
        If one did; the message says what depends on the future.
    """
    if audit["failures"]:
        raise LeakFoundError(audit["summary"])


def _broken(record: dict[str, Any]) -> dict[str, Any]:
    return Finding("audit", record["name"], "skipped", detail=record["reason"]).to_dict()


def _sectors(universe: dict[str, Any]) -> dict[str, str]:
    return {symbol: facts["sector"] for symbol, facts in universe["symbols"].items()}
