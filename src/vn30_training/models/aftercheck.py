"""Checks after training: did the fit learn, and do its files give back the model that was fitted.

None of them forbids a model; what fails is a warning beside its scores.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from vn30_training.models.forecaster import Forecaster
from vn30_training.models.samples import Mask, in_scope
from vn30_training.models.seed_model import SeedModel
from vn30_training.models.training import Split

FIRST_ROUNDS = 10
TOLERANCE = 1e-9
"""Relative: sums over the same rows in another order."""

Curve = Sequence[Mapping[str, float]]


def check_fit(forecaster: Forecaster) -> list[dict[str, Any]]:
    """Check the learning curves of an instance.

    Parameters
    ----------
    forecaster
        A trained instance.

    Returns
    -------
    list of dict
        ``name``, ``passed`` and ``detail`` of: training loss fell, validation improved, no NaN, not
        degenerate. ``passed`` is None where a check does not apply, as to families that do not
        learn in rounds.
    """
    checks = [
        _over_seeds("training loss fell", forecaster, _train_fell),
        _over_seeds("validation improved", forecaster, _valid_improved),
        _over_seeds("no NaN in the curve", forecaster, _is_finite),
    ]
    worthless = forecaster.degenerate
    return [*checks, _record("not degenerate", worthless is None, worthless or "")]


def check_reload(
    forecaster: Forecaster, features: pd.DataFrame, labels: pd.DataFrame, split: Split
) -> list[dict[str, Any]]:
    """Check that a model read from its files forecasts the validation rows as when it was fitted.

    The errors on these rows are noted in the metadata when a model is fitted, so nothing else need
    be kept for it. The manifest has vouched for the bytes already; this vouches for what they mean.

    Parameters
    ----------
    forecaster
        An instance as `Forecaster.load` gave it.
    features, labels, split
        What it was trained on.

    Returns
    -------
    list of dict
        One record: ``name``, ``passed``, ``detail``.
    """
    rows = _valid_rows(forecaster, labels, split)
    noted = int(forecaster.spans["valid"]["rows"])
    if int(rows.sum()) < noted:
        return [_record("files reload", None, "the validation rows are not those of the fit")]
    forecast = forecaster.forecast(features, labels, rows)
    faults = []
    for one in forecaster.seeds:
        own = forecast[forecast["seed"] == one.seed]
        if len(own) != noted:
            return [_record("files reload", None, "the validation rows are not those of the fit")]
        found = float((own["y_pred"] - own["y_true"]).abs().mean())
        fitted = float(one.valid["mae"] or 0.0)
        if not np.isclose(found, fitted, rtol=TOLERANCE, atol=0.0):
            faults.append(f"seed {one.seed}: error {found:.6g}, {fitted:.6g} when fitted")
    told = "; ".join(faults) or f"{noted} rows forecast as when it was fitted"
    return [_record("files reload", not faults, told)]


def _valid_rows(forecaster: Forecaster, labels: pd.DataFrame, split: Split) -> Mask:
    known = np.isfinite(labels[["y_raw", forecaster.options.label]].to_numpy()).all(axis=1)
    rows: Mask = known & split.mask(labels, "valid")
    if forecaster.scope.kind == "pooled":
        rows = rows & labels["member"].to_numpy(dtype=bool)
    return rows & in_scope(labels, forecaster.scope)


def _over_seeds(
    name: str, forecaster: Forecaster, judge: Callable[[Curve], tuple[bool | None, str]]
) -> dict[str, Any]:
    """Judge every seed's curve; one that fails fails the instance."""
    curves = {one.seed: _curve(one) for one in forecaster.seeds}
    judged = {seed: judge(curve) for seed, curve in curves.items() if curve}
    if all(passed is None for passed, _ in judged.values()):
        return _record(name, None, next(iter(told for _, told in judged.values()), "no rounds"))
    failed = {seed: told for seed, (passed, told) in judged.items() if passed is False}
    shown = failed or {seed: told for seed, (_, told) in judged.items()}
    return _record(name, not failed, "; ".join(f"seed {s}: {told}" for s, told in shown.items()))


def _curve(seed_model: SeedModel) -> Curve:
    """Return the rounds in order; a family that does not iterate has none, whatever it recorded."""
    iterates = type(seed_model.model).capabilities.iterates
    return seed_model.diagnostics.learning_curve if iterates else ()


def _train_fell(curve: Curve) -> tuple[bool | None, str]:
    losses = _known(curve, "train_loss")
    if len(losses) < 2:
        return None, "one round only"
    return min(losses) < losses[0], f"{losses[0]:.4g} to {min(losses):.4g}"


def _valid_improved(curve: Curve) -> tuple[bool | None, str]:
    losses = _known(curve, "valid_loss")
    if len(losses) < 2:
        return None, "one round only"
    early = min(losses[1 : FIRST_ROUNDS + 1])
    told = f"{losses[0]:.4g} to {early:.4g} within {min(len(losses) - 1, FIRST_ROUNDS)} rounds"
    return early < losses[0], told


def _is_finite(curve: Curve) -> tuple[bool | None, str]:
    # A fit that goes on from another model begins with a record of the start, which has no
    # training loss.
    first, *rest = curve
    values = [*([first["valid_loss"]] if "valid_loss" in first else []), *_losses(rest)]
    bad = sum(not np.isfinite(value) for value in values)
    return bad == 0, f"{bad} of {len(values)} losses are not finite" if bad else "all finite"


def _losses(curve: Curve) -> list[float]:
    return [record[name] for record in curve for name in ("train_loss", "valid_loss")]


def _known(curve: Curve, name: str) -> list[float]:
    return [record[name] for record in curve if np.isfinite(record.get(name, np.nan))]


def _record(name: str, passed: bool | None, detail: str) -> dict[str, Any]:
    return {"name": name, "passed": passed, "detail": detail}
