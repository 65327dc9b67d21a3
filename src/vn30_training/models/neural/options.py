"""Options that every network shares: how long, how fast and on what it is trained."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt

from vn30_training.models.contract import Options


class TrainerOptions(Options):
    """How a network is trained.

    Attributes
    ----------
    epochs, patience
        At most so many epochs, and so many without a better validation loss before stopping.
    batch_size, block
        Windows per step, drawn as blocks of so many consecutive rows; 1 shuffles single rows.
    epoch_samples
        Windows per epoch, drawn afresh each time; None takes all of them. It keeps an epoch of a
        pooled model short enough for early stopping to have a say.
    learning_rate, weight_decay, schedule
        Adam's; the rate is constant, falls as half a cosine over ``epochs``, or is divided by ten
        whenever ``patience / 2`` epochs in a row brought nothing.
    clip_norm, clip_value
        Gradients are cut to this total norm, and each to this size.
    precision
        bfloat16 runs the forward under autocast; weights and optimiser stay float32.
    device
        ``auto`` takes a GPU where there is one.
    finetune_epochs, finetune_learning_rate
        The same when going on from a pooled model.
    checkpoints
        Folder in which an unfinished fit leaves a checkpoint after each epoch, to go on from.
    """

    epochs: PositiveInt = 40
    patience: PositiveInt = 8
    batch_size: PositiveInt = 256
    block: PositiveInt = 1
    epoch_samples: PositiveInt | None = None
    learning_rate: PositiveFloat = 1e-3
    weight_decay: NonNegativeFloat = 0.0
    schedule: Literal["constant", "cosine", "plateau"] = "constant"
    clip_norm: PositiveFloat | None = 1.0
    clip_value: PositiveFloat | None = None
    precision: Literal["float32", "bfloat16"] = "float32"
    device: str = Field(default="auto", pattern=r"^(auto|cpu|cuda(:\d+)?)$")
    finetune_epochs: PositiveInt = 5
    finetune_learning_rate: PositiveFloat = 2e-4
    checkpoints: Path | None = None
