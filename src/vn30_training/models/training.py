"""Training one instance: rows, processors, selection, one model per seed, calibration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vn30_training.models.calibration import Calibration
from vn30_training.models.contract import Family, Prediction, Samples
from vn30_training.models.forecaster import Forecaster
from vn30_training.models.options import InstanceOptions
from vn30_training.models.registry import family_class
from vn30_training.models.samples import Mask, Preparation, in_scope, within
from vn30_training.models.scope import POOLED_NAME, Scope
from vn30_training.models.seed_model import SeedModel
from vn30_training.models.selection.grid import Found, search
from vn30_training.models.selection.purged import Days, PurgedKFold
from vn30_training.models.soundness import why_worthless


class Split(Protocol):
    """What training needs to know of a split: the rows of ``train`` and of ``valid``."""

    def mask(self, labels: pd.DataFrame, part: Any) -> Mask:
        """Return the rows of ``labels`` that belong to a part."""


class TooFewRowsError(ValueError):
    """An instance has too little history to be trained; it is skipped, for nothing went wrong."""

    skips = True


class WorthlessPredictionError(ValueError):
    """A model predicts something that is not a number."""


def train(
    features: pd.DataFrame,
    labels: pd.DataFrame,
    split: Split,
    options: InstanceOptions,
    scope: Scope,
    *,
    sectors: Mapping[str, str] | None = None,
    start: Forecaster | None = None,
    provenance: Mapping[str, Any] | None = None,
) -> Forecaster:
    """Train one instance.

    Processors, the selection of features and the search for options learn from the training rows;
    the validation rows stop and calibrate the fit of what came out. The search scores the features
    that were selected from all training rows, so its scores compare options and promise nothing.

    Parameters
    ----------
    features, labels
        Whole tables with the same rows in the same order.
    split
        Gives the training and the validation rows.
    options
        The instance's options, see `options.merge_options`.
    scope
        What to train on.
    sectors
        Sector of each symbol, for families that read it.
    start
        The instance to go on from: the pooled one for a fine-tuned scope, which needs it; for any
        other scope the same instance trained on an earlier span (warm start), which families
        that cannot be fine-tuned pass over.
    provenance
        JSON values to be kept in the metadata: hash of the data, version of the code.

    Raises
    ------
    TooFewRowsError
        If fewer training or validation rows are usable than the options ask for.
    """
    start = _checked_start(start, options, scope)
    inside = in_scope(labels, scope)
    features, labels = within(features, inside), within(labels, inside)
    if start is None:
        preparation = Preparation.choose(features, labels, options, sectors or {})
    else:
        preparation = start.preparation
    train_rows, valid_rows = _rows(preparation, features, labels, split, scope)
    _check_enough(int(train_rows.sum()), options.minimum_train_rows, "train")
    _check_enough(int(valid_rows.sum()), options.minimum_valid_rows, "valid")
    if start is None:
        preparation.fit(features, train_rows)
        if options.selection is not None:
            preparation = preparation.select(features, labels, train_rows, options.selection)
    samples = preparation.samples(features, labels)
    train_samples = samples.at(np.flatnonzero(train_rows))
    valid_samples = samples.at(np.flatnonzero(valid_rows))
    found = _search(options, start, train_samples, labels["label_end"].to_numpy()[train_rows])
    if found is not None:
        options = options.model_copy(update={"options": {**options.options, **found.best}})
    seeds = tuple(
        _train_seed(seed, train_samples, valid_samples, options, start) for seed in options.seeds
    )
    return Forecaster(
        options=options,
        scope=scope,
        preparation=preparation,
        seeds=seeds,
        spans={"train": _span(train_samples), "valid": _span(valid_samples)},
        provenance=dict(provenance or {}),
        found=found,
    )


def _checked_start(
    start: Forecaster | None, options: InstanceOptions, scope: Scope
) -> Forecaster | None:
    """Return the instance to go on from, None where the family has to begin anew."""
    wanted = Scope("pooled") if scope.kind == "finetuned" else scope
    if start is None and scope.kind != "finetuned":
        return None
    if start is None or start.scope != wanted:
        raise ValueError(f"{options.family}.{scope} starts from {options.family}.{wanted} only.")
    if scope.kind != "finetuned" and not family_class(options.path).capabilities.finetune:
        return None
    inputs = ("path", "features", "processors", "selection", "search", "label", "minimum_features")
    for name in inputs:
        own, given = getattr(options, name), getattr(start.options, name)
        if own != given:
            raise ValueError(
                f"{options.family}.{scope}: {name} is {own!r} here and {given!r} in the model it "
                "starts from; it goes on with the same inputs."
            )
    return start


def _rows(
    preparation: Preparation,
    features: pd.DataFrame,
    labels: pd.DataFrame,
    split: Split,
    scope: Scope,
) -> tuple[Mask, Mask]:
    """Return the rows to train and to validate on: of members only, where pooled."""
    learnable = preparation.learnable(features, labels)
    if scope.kind == "pooled":
        learnable = learnable & labels["member"].to_numpy(dtype=bool)
    return learnable & split.mask(labels, "train"), learnable & split.mask(labels, "valid")


def _search(
    options: InstanceOptions, start: Forecaster | None, train: Samples, label_end: Days
) -> Found | None:
    """Search the grid inside the training rows; what goes on from a model keeps its options."""
    if start is not None or options.search is None:
        return None if start is None else start.found
    asked = options.search
    days = train.date[train.rows]
    splitter = PurgedKFold(asked.folds, days, label_end, asked.embargo, asked.test_folds)
    family = family_class(options.path)
    return search(family, train, options.options, asked.grid, splitter, options.seeds[0])


def _check_enough(rows: int, least: int, part: str) -> None:
    if rows < least:
        raise TooFewRowsError(
            f"{rows} usable rows for {part}, at least {least} "
            f"are needed (minimum_{part}_rows). The history is too short for the split, or most of "
            "it lacks features or labels."
        )


def _train_seed(
    seed: int,
    train: Samples,
    valid: Samples,
    options: InstanceOptions,
    start: Forecaster | None,
) -> SeedModel:
    family = family_class(options.path)
    own = family.options_type.model_validate(options.options)
    if start is None:
        model = family.fit(train, valid, own, seed)
    else:
        model = _start(start, seed).finetune(train, valid, own, seed)
    prediction = model.predict(valid)
    y_true, volatility = valid.y_true[valid.rows], valid.volatility[valid.rows]
    diagnostics = model.diagnostics
    if options.kind == "model" and diagnostics.degenerate is None:
        days = valid.date[valid.rows] if options.scope == POOLED_NAME else None
        diagnostics.degenerate = why_worthless(prediction.score, days)
    if not np.isfinite(prediction.score).any():
        raise WorthlessPredictionError(
            f"{options.family}.{options.scope}: seed {seed} predicts no finite number."
        )
    calibration = Calibration.fit(prediction, y_true, volatility, options)
    return SeedModel(
        seed, model, calibration, diagnostics, _scores(calibration, prediction, y_true)
    )


def _start(start: Forecaster, seed: int) -> Family:
    """Return the earlier model of the same seed, or of the first where there is none."""
    models = {one.seed: one.model for one in start.seeds}
    return models.get(seed, start.seeds[0].model)


def _scores(
    calibration: Calibration, prediction: Prediction, y_true: NDArray[np.float64]
) -> dict[str, float | None]:
    error = calibration.point(prediction.score) - y_true
    varies = np.ptp(prediction.score) > 0
    correlation = float(np.corrcoef(prediction.score, y_true)[0, 1]) if varies else None
    return {
        "mae": float(np.abs(error).mean()),
        "rmse": float(np.sqrt((error**2).mean())),
        "correlation": correlation,
    }


def _span(samples: Samples) -> dict[str, Any]:
    dates = samples.date[samples.rows]
    return {"first": str(dates.min()), "last": str(dates.max()), "rows": len(dates)}
