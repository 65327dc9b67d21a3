"""Walk-forward validation: retrain, test what follows, move on; in the end one series of forecasts.

Folds are counted from 1, oldest first, and the last one ends with the data. How many there are is
configuration, not data, so that what is to be run is known before a price is read; folds for which
the history is too short say so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, model_validator

from vn30_training.evaluation.splits import Days, Span, Split, embargo, label_reach

STITCHING = (
    "Where test windows overlap, each date is forecast by the newest model that was trained before "
    "it: the fold with the highest number counts."
)
_PERIODS = {"year": "Y", "quarter": "Q", "month": "M"}


class NoFoldError(ValueError):
    """A fold has no training data before it; its instances are skipped."""

    skips = True


class WalkForwardOptions(BaseModel):
    """When models are trained anew, on what, and what they are tested on.

    Attributes
    ----------
    window
        ``expanding``: all sessions up to the validation span; ``rolling``: the last ``train``.
    train
        Sessions of a rolling window.
    valid
        Sessions of the validation span, which lies between training and test.
    every
        Test spans are calendar ``year``, ``quarter`` or ``month``; the newest may be unfinished.
    test, step
        Otherwise test spans hold ``test`` sessions and begin ``step`` sessions apart (``test`` by
        default). Without ``every`` and ``test`` the history is cut into one part more than there
        are folds, and every part but the first is tested.
    folds
        How many.
    retrain
        Train at every so many folds, beginning with the first; the folds between are forecast by
        the newest model there is.
    warm_start
        Networks go on from the model of the training before, instead of beginning anew: with the
        processors and the features of the first, as weights mean nothing for other inputs.
    minimum_train_rows
        Fewer training rows skip an instance; by default as many as its own options say.
    gap_days
        Sessions left out before the validation and the test span; by default, and at least, as many
        as the label needs.
    test_end
        Last day of the last fold; by default that of the data.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    window: Literal["expanding", "rolling"] = "expanding"
    train: int | None = Field(default=None, ge=1)
    valid: int = Field(default=250, ge=1)
    every: Literal["year", "quarter", "month"] | None = None
    test: int | None = Field(default=None, ge=1)
    step: int | None = Field(default=None, ge=1)
    folds: int = Field(default=7, ge=1)
    retrain: int = Field(default=1, ge=1)
    warm_start: bool = False
    minimum_train_rows: int | None = Field(default=None, ge=1)
    gap_days: int | None = Field(default=None, ge=0)
    test_end: date | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.window == "rolling") != (self.train is not None):
            raise ValueError("train is the length of a rolling window: give both or neither")
        if self.every and (self.test or self.step):
            raise ValueError("test spans are calendar spans (every) or counted (test), not both")
        if self.step and not self.test:
            raise ValueError("step is the way from one test span to the next: it needs test")
        if self.step and self.test and self.step > self.test:
            raise ValueError(f"step {self.step} leaves sessions between tests of {self.test} out")
        return self

    def trained_at(self, fold: int) -> int:
        """Return the fold at which the model that forecasts ``fold`` was trained."""
        return fold - (fold - 1) % self.retrain


def choose_preset(parameters: Mapping[str, Any]) -> WalkForwardOptions:
    """Return the options of the preset that ``parameters`` names, single ones replaced.

    Parameters
    ----------
    parameters
        ``preset``, ``presets`` by name, and any field of `WalkForwardOptions`.

    Raises
    ------
    ValueError
        If there is no such preset.
    """
    own = dict(parameters)
    presets, name = own.pop("presets"), own.pop("preset")
    if name not in presets:
        raise ValueError(f"walk_forward has no preset {name!r}; there are {', '.join(presets)}.")
    return WalkForwardOptions.model_validate({**presets[name], **own})


def plan_folds(labels: pd.DataFrame, options: WalkForwardOptions) -> list[dict[str, Any]]:
    """Plan every fold.

    Parameters
    ----------
    labels
        Labels of every symbol: ``date``, ``trade_date``, ``label_end`` (datetime64).
    options
        The scheme.

    Returns
    -------
    list of dict
        Per fold what `read_split` reads: a `Split`, or the number of the fold and the ``reason``
        why there is none.

    Raises
    ------
    ValueError
        If ``gap_days`` is shorter than the label's reach, or no fold has data to train on.
    """
    gap = embargo(label_reach(labels), options.gap_days)
    sessions = np.unique(labels["date"].to_numpy())
    if options.test_end is not None:
        sessions = sessions[sessions <= np.datetime64(options.test_end)]
    tests = _test_spans(sessions, options)
    plans = [_plan(sessions, tests.get(n), options, gap, n) for n in range(1, options.folds + 1)]
    if all("reason" in plan for plan in plans):
        raise ValueError(
            f"{len(sessions)} sessions are too few for any fold: {plans[-1]['reason']}"
        )
    return plans


def read_split(values: Mapping[str, Any]) -> Split:
    """Return the split of a fold, or of a single cut, from JSON values.

    Raises
    ------
    NoFoldError
        If there is no such fold in the data.
    """
    if "reason" in values:
        raise NoFoldError(f"fold {values['fold']}: {values['reason']}")
    return Split.from_dict(values)


def stitch(forecasts: pd.DataFrame) -> pd.DataFrame:
    """Make one series of the folds' forecasts: each stock's day once, by the rule `STITCHING`.

    Parameters
    ----------
    forecasts
        Tidy forecasts, ``fold`` telling them apart.

    Returns
    -------
    DataFrame
        Those of the newest fold per family, scope, seed, date and symbol, in the order of seed,
        date and symbol, families and scopes in the order they came in.
    """
    keys = ["family", "scope", "seed", "date", "symbol"]
    newest = forecasts.sort_values("fold", kind="stable").drop_duplicates(keys, keep="last")
    board = newest.groupby(["family", "scope"], sort=False).ngroup()
    newest = newest.assign(_board=board).sort_values(["_board", "seed", "date", "symbol"])
    return newest.drop(columns="_board").reset_index(drop=True)


def _test_spans(sessions: Days, options: WalkForwardOptions) -> dict[int, tuple[int, int]]:
    """Return first and last position of each fold's test span; the earliest may not exist."""
    count = len(sessions)
    if options.every:
        periods = pd.PeriodIndex(sessions, freq=_PERIODS[options.every])
        starts = np.flatnonzero(np.r_[True, periods[1:] != periods[:-1]])
        after = [*starts[1:].tolist(), count]
        spans = [(int(start), end - 1) for start, end in zip(starts, after, strict=True)]
    else:
        test = options.test or count // (options.folds + 1)
        ends = count - 1 - (options.step or test) * np.arange(options.folds)[::-1]
        spans = [(int(end) - test + 1, int(end)) for end in ends if test and end >= test - 1]
    spans = spans[-options.folds :]
    return dict(enumerate(spans, start=options.folds - len(spans) + 1))


def _plan(
    sessions: Days,
    test: tuple[int, int] | None,
    options: WalkForwardOptions,
    gap: int,
    fold: int,
) -> dict[str, Any]:
    if test is None:
        return {"fold": fold, "reason": f"the data hold only {len(sessions)} sessions."}
    valid_end = test[0] - gap
    valid_at = valid_end - options.valid
    train_end = valid_at - gap
    train_at = 0 if options.train is None else train_end - options.train
    if train_at < 0 or train_end <= train_at:
        needed = (options.train or 1) + options.valid + 2 * gap
        return {
            "fold": fold,
            "reason": f"its test span begins with session {test[0] + 1} of the data, and training, "
            f"validation and gaps take {needed} before it.",
        }
    spans = ((train_at, train_end - 1), (valid_at, valid_end - 1), test)
    train, valid, tested = (Span.of(sessions[[start, end]]) for start, end in spans)
    return Split(train, valid, tested, gap, fold).to_dict()


def scheme(
    preset: str, options: WalkForwardOptions, plans: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Describe a walk-forward validation for its report, as JSON values.

    The spans that a fold was trained and validated on are those of the model that forecasts it.
    """
    by_number = {plan["fold"]: plan for plan in plans}
    folds = []
    for number, plan in by_number.items():
        told = {key: one for key, one in plan.items() if key not in ("fold", "train", "valid")}
        model = by_number.get(options.trained_at(number), {}) if "test" in plan else {}
        spans = {part: model[part] for part in ("train", "valid") if part in model}
        folds.append({"number": number, **spans, **told})
    told = options.model_dump(mode="json", exclude={"folds"})
    return {"preset": preset, **told, "folds": folds, "stitching": STITCHING}
