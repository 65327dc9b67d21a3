"""Combinatorial purged cross-validation: every combination of folds is once the test.

Only for choosing between configurations: a model is trained on what comes after its test too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from vn30_training.evaluation.splits import Days, Part, Span, label_reach

_NEVER = np.datetime64("9999-12-31")


class CombinatorialOptions(BaseModel):
    """How the sessions are cut and combined.

    Attributes
    ----------
    folds
        Folds of equal length.
    test_folds
        How many of them are tested at once.
    purge
        Sessions left out of training on both sides of a test fold; by default, and at least, as
        many as the label needs.
    embargo
        Sessions left out besides after a test fold, as features remember; a hundredth of all by
        default.
    valid
        Share of the training sessions, the last of them, on which training is validated.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    folds: int = Field(default=6, ge=3)
    test_folds: int = Field(default=2, ge=2)
    purge: int | None = Field(default=None, ge=0)
    embargo: int | None = Field(default=None, ge=0)
    valid: float = Field(default=0.2, gt=0, lt=1)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.test_folds >= self.folds:
            raise ValueError(
                f"of {self.folds} folds {self.test_folds} cannot be tested: none is left to train"
            )
        return self


@dataclass(frozen=True, slots=True)
class CombinatorialSplit:
    """One combination: what is trained, validated and tested.

    Attributes
    ----------
    train, valid
        Runs of sessions in order of time.
    test
        One span for each fold tested.
    paths
        For each of them the path it belongs to, counted from 0: the folds of one path, over all
        splits, are one series that has each session once.
    """

    train: tuple[Span, ...]
    valid: tuple[Span, ...]
    test: tuple[Span, ...]
    paths: tuple[int, ...]

    def mask(self, labels: pd.DataFrame, part: Part) -> NDArray[np.bool_]:
        """Mark the rows of ``labels`` (``date``, ``label_end``) that belong to a part.

        A row of training or validation whose own label ends as late as the next test begins, or
        the validation where it trains, is left out.
        """
        spans = {"train": self.train, "valid": self.valid, "test": self.test}[part]
        dates = labels["date"].to_numpy()
        inside: NDArray[np.bool_] = np.any([span.holds(dates) for span in spans], axis=0)
        if part == "test":
            return inside
        guarded = self.test if part == "valid" else (*self.test, *self.valid)
        starts = np.array([*sorted(np.datetime64(span.first) for span in guarded), _NEVER])
        following = starts[np.searchsorted(starts, dates, side="right")]
        ended: NDArray[np.bool_] = labels["label_end"].to_numpy() < following
        return inside & ended

    def path(self, labels: pd.DataFrame) -> NDArray[np.intp]:
        """Return the path of each row that is tested, -1 for the others."""
        dates = labels["date"].to_numpy()
        return np.select([span.holds(dates) for span in self.test], self.paths, default=-1)


def combinatorial_splits(
    labels: pd.DataFrame, options: CombinatorialOptions
) -> list[CombinatorialSplit]:
    """Cut the sessions of ``labels`` in every combination.

    Lopez de Prado, Advances in Financial Machine Learning, 2018, chapters 7 and 12, by skfolio.

    Parameters
    ----------
    labels
        Labels of every symbol: ``date``, ``trade_date``, ``label_end`` (datetime64).
    options
        How to cut.

    Returns
    -------
    list of CombinatorialSplit
        Each session is tested in C(folds - 1, test_folds - 1) of them, once on each path.

    Raises
    ------
    ValueError
        If ``purge`` is shorter than the label's reach, or the folds are too short for purge and
        embargo.
    """
    from skfolio.model_selection import CombinatorialPurgedCV

    sessions = np.unique(labels["date"].to_numpy())
    purge = _purge(label_reach(labels), options.purge)
    embargo = len(sessions) // 100 if options.embargo is None else options.embargo
    splitter = CombinatorialPurgedCV(options.folds, options.test_folds, purge, embargo)
    return [
        _split(sessions, train, tests, paths, purge, options.valid)
        for (train, tests), paths in zip(
            splitter.split(sessions), splitter.get_path_ids(), strict=True
        )
    ]


def _purge(reach: int, given: int | None) -> int:
    """Return the sessions to leave out beside a test: those given, if they do."""
    if given is not None and given < reach:
        raise ValueError(
            f"purge is {given}, but a label ends up to {reach} sessions after its date: training "
            f"labels would share returns with the test. Set it to at least {reach} or leave it out."
        )
    return reach if given is None else given


def _split(
    sessions: Days,
    train: NDArray[np.intp],
    tests: list[NDArray[np.intp]],
    paths: NDArray[np.intp],
    purge: int,
    share: float,
) -> CombinatorialSplit:
    """Take the last sessions of training for validation, and name all by their days."""
    valid = train[len(train) - max(round(share * len(train)), 1) :]
    train = train[train < valid[0] - purge]
    if len(train) == 0:
        raise ValueError(f"no session is left to train on: {len(sessions)} sessions are too few")
    return CombinatorialSplit(
        train=_runs(sessions, train),
        valid=_runs(sessions, valid),
        test=tuple(Span.of(sessions[test]) for test in tests),
        paths=tuple(paths.tolist()),
    )


def _runs(sessions: Days, at: NDArray[np.intp]) -> tuple[Span, ...]:
    """Return a span for each run of neighbouring sessions."""
    runs = np.split(at, np.flatnonzero(np.diff(at) > 1) + 1)
    return tuple(Span.of(sessions[run]) for run in runs)
