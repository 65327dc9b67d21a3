"""The audit of one instance of a family: its fit, its forecasts, its skill."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from vn30_training.evaluation.audit.case import Case, Shortened, label_options
from vn30_training.evaluation.audit.chain import Chain, data_chain, family_chain
from vn30_training.evaluation.audit.findings import Finding
from vn30_training.evaluation.audit.fitting import audit_fit
from vn30_training.evaluation.audit.forecasting import audit_forecasts
from vn30_training.evaluation.audit.options import AuditOptions, reduced
from vn30_training.evaluation.audit.skill import audit_planted, audit_shuffled
from vn30_training.features.alpha158.modes import Mode
from vn30_training.features.sets import resolve
from vn30_training.models.options import InstanceOptions
from vn30_training.models.registry import family_class
from vn30_training.models.scope import Scope
from vn30_training.models.training import Split, TooFewRowsError

LEAST_PLANTED = {"rows": 0.8, "sequences": 0.5}
"""Correlation with a planted answer that families of rows and of sequences must reach: a reduced
network sees few windows."""

SEQUENCE_FEATURES = 8
"""A network's time goes with its features, which are audited by themselves."""


def audit_family(
    panel: pd.DataFrame,
    features: pd.DataFrame,
    labels: pd.DataFrame,
    split: Split,
    options: InstanceOptions,
    scope: Scope,
    sectors: Mapping[str, str],
    feature_mode: Mode,
    audit: AuditOptions,
) -> list[dict[str, Any]]:
    """Audit one instance of a family, trained in a `reduced` size.

    Parameters
    ----------
    panel, features, labels
        The user's own tables, the same rows in the same order.
    split
        Its sessions nearest to the beginning of the test span are used, see `AuditOptions`.
    options, scope, sectors
        As for training. A fine-tuned scope starts from a pooled instance in the same small size.
    feature_mode
        With which ``features`` was made.
    audit
        How thorough.

    Returns
    -------
    list of dict
        Findings of the checks ``fit``, ``processors``, ``hidden labels``, ``future``, ``dividend``,
        ``shuffled labels`` and ``planted answer``, all skipped where the instance cannot be trained
        for lack of rows. Of a fine-tuned instance the last two are not asked: what it learns from
        labels is learned by the code of the pooled one.
    """
    base = data_chain(sectors, label_options(labels), feature_mode)
    small = _small(options, features)
    chain = family_chain(base, small, scope, sectors)
    found = audit_family_chain(chain, panel, features, labels, split, small, scope, audit)
    return [one.to_dict() for one in found]


def audit_family_chain(
    chain: Chain,
    panel: pd.DataFrame,
    features: pd.DataFrame,
    labels: pd.DataFrame,
    split: Split,
    options: InstanceOptions,
    scope: Scope,
    audit: AuditOptions,
) -> list[Finding]:
    """Audit any chain that trains an instance with those options."""
    name = f"{options.family}.{scope}"
    case = make_case(chain, panel, features, labels, split, options, scope, audit)
    try:
        case.model  # noqa: B018 - trained here, for all checks
    except TooFewRowsError as error:
        return [Finding("fit", name, "skipped", detail=str(error))]
    found = [*audit_fit(case), *audit_forecasts(case)]
    if scope.kind != "finetuned":
        found += [audit_shuffled(case), audit_planted(case)]
    return found


def make_case(
    chain: Chain,
    panel: pd.DataFrame,
    features: pd.DataFrame,
    labels: pd.DataFrame,
    split: Split,
    options: InstanceOptions,
    scope: Scope,
    audit: AuditOptions,
) -> Case:
    """Return the instance with as much of the tables as its checks need."""
    near = Shortened(split, audit)
    rows = near.around(labels)
    panel, features, labels = (
        table[rows].reset_index(drop=True) for table in (panel, features, labels)
    )
    return Case(
        name=f"{options.family}.{scope}",
        chain=chain,
        panel=panel,
        features=features,
        labels=labels,
        split=near,
        scope=scope,
        options=audit,
        planted=_planted(options, features),
        least_planted=_least_planted(options),
    )


def _small(options: InstanceOptions, features: pd.DataFrame) -> InstanceOptions:
    small = reduced(options)
    if options.selection is not None or not family_class(options.path).capabilities.sequences:
        return small
    return small.model_copy(update={"features": _columns(options, features)[:SEQUENCE_FEATURES]})


def _planted(options: InstanceOptions, features: pd.DataFrame) -> str | None:
    return None if options.kind == "naive" else _columns(options, features)[0]


def _columns(options: InstanceOptions, features: pd.DataFrame) -> tuple[str, ...]:
    available = [str(name) for name in features if name not in ("symbol", "date")]
    return resolve(options.features, available)


def _least_planted(options: InstanceOptions) -> float:
    sequences = family_class(options.path).capabilities.sequences
    return LEAST_PLANTED["sequences" if sequences else "rows"]
