"""One thing that was checked before training, and the check of any fitted model."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from vn30_training.models.soundness import why_worthless

if TYPE_CHECKING:
    from vn30_training.models.contract import Family, Samples


@dataclass(frozen=True, slots=True)
class Check:
    """What was checked and what came of it.

    Attributes
    ----------
    name
        What was checked: ``gradients``, ``rows``.
    subject
        Of what: an instance, a family, ``data``, ``machine``.
    passed
        Whether training may begin.
    detail
        What was found: figures where it passed, the reason where it failed.
    remedy
        What to do where it failed.
    """

    name: str
    subject: str
    passed: bool
    detail: str = ""
    remedy: str = ""


def with_planted_label(train: Samples, valid: Samples) -> tuple[Samples, Samples]:
    """Return both with a label that one feature tells, cut to three standard deviations.

    A model that is constant even then cannot blame the noise of returns.
    """
    rows = np.nan_to_num(train.features[train.rows].astype(np.float64), posinf=0.0, neginf=0.0)
    spread = rows.std(axis=0)
    column = int(np.argmax(spread > 0))
    answer = (train.features[:, column] - rows[:, column].mean()) / (spread[column] or 1.0)
    label = np.clip(np.nan_to_num(answer), -3, 3).astype(np.float32)
    return replace(train, label=label), replace(valid, label=label)


def check_model(model: Family, data: Samples) -> Iterator[Check]:
    """Check that a fitted model predicts numbers that differ, and the same ones from its files.

    Naive rules may predict a constant.

    Parameters
    ----------
    model
        Any fitted model.
    data
        What to predict.
    """
    name = type(model).__name__
    score = model.predict(data).score
    reason = why_worthless(score)
    if not model.capabilities.learns and np.isfinite(score).all():
        reason = None
    yield Check(
        "predicts",
        name,
        reason is None,
        reason or f"{len(score)} finite scores",
        "Look at the family's options and at what its processors leave of the features.",
    )
    with tempfile.TemporaryDirectory() as folder:
        model.save(Path(folder))
        again = type(model).load(Path(folder)).predict(data).score
    same = np.array_equal(score, again, equal_nan=True)
    yield Check(
        "reloads",
        name,
        same,
        "predicts the same from its files" if same else "predicts otherwise from its files",
        "Its save leaves out something that predict depends on.",
    )
