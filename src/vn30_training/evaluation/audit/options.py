"""How thorough an audit is, and the small versions of families that it trains."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from vn30_training.models.options import InstanceOptions
from vn30_training.models.scope import POOLED_NAME

AT_MOST = {
    "n_estimators": 20,
    "early_stopping_rounds": 20,
    "num_leaves": 15,
    "max_bin": 31,
    "epochs": 3,
    "patience": 3,
    "epoch_samples": 4000,
    "batch_size": 128,
    "hidden_size": 16,
    "hidden_continuous_size": 8,
    "layers": 1,
    "lstm_layers": 1,
    "steps": 6,
    "encoder_length": 6,
}
"""Sizes by the names that families give their options: larger ones are lowered to these."""

ONE_SYMBOL = {"epochs": 5, "patience": 5, "batch_size": 32}
"""The same for instances of one symbol, whose rows make few batches."""

AT_LEAST = {"learning_rate": 0.01}
"""Few rounds need large steps."""

EXACTLY = {"device": "cpu", "precision": "float32", "checkpoints": None}
"""What makes two fits the same to the bit."""


class AuditOptions(BaseModel):
    """How thorough an audit is.

    Attributes
    ----------
    cuts
        Days at which the future is replaced by noise, and deleted.
    shuffles
        Times the labels are shuffled and everything is trained anew.
    seed
        Same data, same options, same findings.
    train_sessions, valid_sessions, test_sessions
        A family is checked on the last so many sessions of its training and validation span and
        the first of its test span, to keep the fits short.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    cuts: int = Field(default=56, ge=1)
    shuffles: int = Field(default=20, ge=2)
    seed: int = Field(default=0, ge=0)
    train_sessions: int = Field(default=400, ge=120)
    valid_sessions: int = Field(default=80, ge=40)
    test_sessions: int = Field(default=200, ge=20)


def reduced(options: InstanceOptions) -> InstanceOptions:
    """Return the options of a small version of an instance, with one seed.

    Look-ahead is a property of the code, not of its size: the same code runs, for fewer rounds.
    Only options that the family has are lowered, see `AT_MOST`.
    """
    own: dict[str, Any] = dict(options.options)
    most = AT_MOST if options.scope == POOLED_NAME else {**AT_MOST, **ONE_SYMBOL}
    for name, value in own.items():
        if name in most:
            own[name] = most[name] if value is None else min(value, most[name])
        elif name in AT_LEAST:
            own[name] = max(value, AT_LEAST[name])
        elif name in EXACTLY:
            own[name] = EXACTLY[name]
    return options.model_copy(update={"options": own, "seeds": options.seeds[:1]})
