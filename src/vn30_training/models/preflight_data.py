"""Checks of the tables before training: do they belong together, and are there enough rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from vn30_training.models.check import Check
from vn30_training.models.options import InstanceOptions
from vn30_training.models.samples import KEYS, Mask, Preparation, in_scope
from vn30_training.models.scope import Scope
from vn30_training.models.training import Split

LEAST_KNOWN = 0.5
"""Share of the training labels, and of the features, that must be known."""
_SHOWN = 4


def check_data(features: pd.DataFrame, labels: pd.DataFrame, split: Split) -> list[Check]:
    """Check that the tables belong together, are in order, and hold enough numbers.

    Parameters
    ----------
    features, labels
        Whole tables, see `training.train`.
    split
        Gives the rows of train, valid and test.
    """
    again = "Make the tables anew: kedro run --pipeline=data."
    if not features[KEYS].equals(labels[KEYS]):
        told = f"{len(features)} rows of features and {len(labels)} of labels are not of the same"
        return [Check("rows", "data", False, f"{told} symbols and dates", again)]
    rows = f"{len(labels)} rows of {labels['symbol'].nunique()} symbols"
    ordered = _in_order(labels)
    order = "in order" if ordered else "not by symbol and date, each once"
    train = split.mask(labels, "train")
    return [
        Check("rows", "data", ordered, f"{rows}, {order}", again),
        _check_parts(labels, split),
        _check_labels(labels, train),
        _check_features(features, train),
    ]


def _in_order(labels: pd.DataFrame) -> bool:
    """Tell whether symbols are contiguous and the dates of each go up."""
    symbol, date = labels["symbol"].to_numpy(), labels["date"].to_numpy()
    same = symbol[1:] == symbol[:-1]
    blocks = 1 + int((~same).sum())
    return bool((date[1:] > date[:-1])[same].all()) and blocks == labels["symbol"].nunique()


def _check_parts(labels: pd.DataFrame, split: Split) -> Check:
    counts = {part: int(split.mask(labels, part).sum()) for part in ("train", "valid", "test")}
    told = ", ".join(f"{count} rows to {part}" for part, count in counts.items())
    remedy = "Give more history, or change `split` in the parameters."
    return Check("split", "data", min(counts.values()) > 0, told, remedy)


def _check_labels(labels: pd.DataFrame, train: Mask) -> Check:
    y = labels["y_raw"].to_numpy()[train]
    known = np.isfinite(y)
    share = float(known.mean()) if len(y) else 0.0
    varies = bool(known.any()) and float(np.ptp(y[known])) > 0
    told = f"{100 * share:.1f} % of the training rows have a return"
    return Check(
        "labels",
        "data",
        share >= LEAST_KNOWN and varies,
        told if varies or not share else f"{told}, always the same one",
        "See data_quality.html for suspended and missing sessions.",
    )


def _check_features(features: pd.DataFrame, train: Mask) -> Check:
    columns = features.columns.drop(KEYS)
    known = np.isfinite(features.loc[train, columns].to_numpy())
    empty = [str(name) for name, any_ in zip(columns, known.any(axis=0), strict=True) if not any_]
    share = float(known.mean()) if known.size else 0.0
    told = f"{len(columns)} columns, {100 * share:.1f} % known in training"
    if empty:
        told += f"; never known: {_some(empty)}"
    remedy = "See data_quality.html for the columns that the prices lack."
    return Check("features", "data", share >= LEAST_KNOWN, told, remedy)


def check_rows(
    features: pd.DataFrame,
    labels: pd.DataFrame,
    split: Split,
    instances: Mapping[Scope, InstanceOptions],
) -> Check:
    """Count each instance's usable rows; those with too few will be skipped, which is no failure.

    Only a family of which nothing would be left to train fails.
    """
    name = next(iter(instances.values())).family
    learnable: dict[Any, Mask] = {}
    skipped = []
    for scope, options in instances.items():
        key = (options.features, options.label, options.minimum_features)
        if key not in learnable:
            learnable[key] = _learnable(features, labels, options)
        rows = learnable[key] & in_scope(labels, scope)
        if scope.kind == "pooled":
            rows = rows & labels["member"].to_numpy(dtype=bool)
        found = [int((rows & split.mask(labels, part)).sum()) for part in ("train", "valid")]
        least = [options.minimum_train_rows, options.minimum_valid_rows]
        if found[0] < least[0] or found[1] < least[1]:
            skipped.append(
                f"{scope} ({found[0]} of {least[0]} rows to train, {found[1]} of {least[1]} to "
                "validate)"
            )
    told = f"{len(instances) - len(skipped)} of {len(instances)} instances have enough rows"
    return Check(
        "enough rows",
        name,
        len(skipped) < len(instances),
        f"{told}; to be skipped: {_some(skipped)}" if skipped else told,
        "Give more history, or lower minimum_train_rows and minimum_valid_rows.",
    )


def _learnable(features: pd.DataFrame, labels: pd.DataFrame, options: InstanceOptions) -> Mask:
    bare = options.model_copy(update={"processors": ()})
    return Preparation.choose(features, labels, bare, {}).learnable(features, labels)


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
