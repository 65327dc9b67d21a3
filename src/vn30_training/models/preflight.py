"""Checks before training: options, data, and every family tried out on a few rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vn30_training.models.check import Check
from vn30_training.models.contract import Samples
from vn30_training.models.options import InstanceOptions, OptionsError, merge_options
from vn30_training.models.preflight_data import check_data, check_rows
from vn30_training.models.registry import family_class
from vn30_training.models.samples import Preparation, in_scope, within
from vn30_training.models.scope import Scope
from vn30_training.models.training import Split

__all__ = ["check_data", "check_rows", "examine", "try_out"]

TRIAL_TRAIN_ROWS = 4000
TRIAL_VALID_SESSIONS = 40
TABLE_COPIES = 3
"""The columns taken from the table, the processed ones, and their array."""


def _instances(
    name: str, parameters: Mapping[str, Any], scopes: Sequence[Scope], variant: Any
) -> tuple[dict[Scope, InstanceOptions], list[str]]:
    """Return the options of the scopes that have valid ones, and what is wrong with the others."""
    chosen = variant.get(name) if isinstance(variant, Mapping) else variant
    valid: dict[Scope, InstanceOptions] = {}
    problems: list[str] = []
    for scope in scopes:
        try:
            valid[scope] = merge_options(name, parameters, scope, chosen)
        except (OptionsError, ValueError) as error:
            problems.append(str(error))
    return valid, problems


def _options_check(name: str, total: int, problems: Sequence[str]) -> Check:
    more = f" (and {len(problems) - 1} more like it)" if len(problems) > 1 else ""
    return Check(
        "options",
        name,
        not problems,
        f"{problems[0]}{more}" if problems else f"valid for {total} instances",
        f"Correct the parameters of {name}.",
    )


def try_out(
    features: pd.DataFrame,
    labels: pd.DataFrame,
    split: Split,
    options: InstanceOptions,
    scope: Scope,
    sectors: Mapping[str, str],
) -> tuple[list[Check], int]:
    """Try out one instance: read its samples and let its family check itself on a few of them.

    Parameters
    ----------
    features, labels, split, options, scope, sectors
        As for `training.train`.

    Returns
    -------
    list of Check, int
        The checks up to and including the first error, and an estimate of the bytes that a fit
        takes.
    """
    subject = f"{options.family}.{scope}"
    family = family_class(options.path)
    checks: list[Check] = []
    need = 0
    try:
        own = family.options_type.model_validate(options.options)
        train, valid = _samples(features, labels, split, options, scope, sectors)
        rows = f"{len(train.rows)} rows to train, {len(valid.rows)} to validate"
        read = Check("samples", subject, True, f"{rows}, {len(train.feature_names)} features")
        checks.append(read)
        need = TABLE_COPIES * train.features.nbytes + family.working_bytes(train, own)
        few = _few_rows(train), _first_days(valid)
        for check in family.preflight(*few, own, options.seeds[0]):
            checks.append(replace(check, subject=subject))
    except Exception as error:
        told = " ".join(str(error).split()) or "no message"
        remedy = "The message names the cause; options and processors are the usual ones."
        last = f"{type(error).__name__}: {told}"
        checks.append(Check("trial", subject, False, last, remedy))
    return checks, need


def _samples(
    features: pd.DataFrame,
    labels: pd.DataFrame,
    split: Split,
    options: InstanceOptions,
    scope: Scope,
    sectors: Mapping[str, str],
) -> tuple[Samples, Samples]:
    """Return the samples that training would see, with all features that it may select from."""
    inside = in_scope(labels, scope)
    features, labels = within(features, inside), within(labels, inside)
    preparation = Preparation.choose(features, labels, options, sectors)
    learnable = preparation.learnable(features, labels)
    if scope.kind == "pooled":
        learnable = learnable & labels["member"].to_numpy(dtype=bool)
    train, valid = (learnable & split.mask(labels, part) for part in ("train", "valid"))
    if not (train.any() and valid.any()):
        raise ValueError(f"{scope} has {train.sum()} rows to train and {valid.sum()} to validate.")
    preparation.fit(features, train)
    samples = preparation.samples(features, labels)
    return samples.at(np.flatnonzero(train)), samples.at(np.flatnonzero(valid))


def _few_rows(data: Samples) -> Samples:
    """Thin the rows evenly, so that every symbol and time is there."""
    return data.at(_thinned(data.rows, TRIAL_TRAIN_ROWS))


def _thinned(rows: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    return rows[:: -(-len(rows) // most)]


def _first_days(data: Samples) -> Samples:
    days = data.date[data.rows]
    return data.at(data.rows[days <= np.unique(days)[:TRIAL_VALID_SESSIONS][-1]])


def examine(
    name: str,
    parameters: Mapping[str, Any],
    scopes: Sequence[Scope],
    features: pd.DataFrame,
    labels: pd.DataFrame,
    split: Split,
    *,
    variant: Any = None,
    sectors: Mapping[str, str],
) -> tuple[list[Check], int]:
    """Check a family: the options and rows of all its scopes, and its first scope tried out.

    Returns
    -------
    list of Check, int
        The checks, and an estimate of the bytes that a fit on the first scope takes.
    """
    instances, problems = _instances(name, parameters, scopes, variant)
    checks = [_options_check(name, len(scopes), problems)]
    if not instances:
        return checks, 0
    try:
        checks.append(check_rows(features, labels, split, instances))
    except ValueError as error:
        remedy = f"Correct `features` of {name}."
        return [*checks, Check("enough rows", name, False, str(error), remedy)], 0
    scope, options = next(iter(instances.items()))
    tried, need = try_out(features, labels, split, options, scope, sectors)
    return checks + tried, need
