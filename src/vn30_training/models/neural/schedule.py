"""The learning rate of an epoch, a function of the learning curve so far and of nothing else."""

from __future__ import annotations

import math
from collections.abc import Sequence

from vn30_training.models.neural.options import TrainerOptions

PLATEAU_FACTOR = 0.1


def learning_rate(options: TrainerOptions, valid_losses: Sequence[float]) -> float:
    """Return the rate of the epoch that follows those whose validation losses are given."""
    if options.schedule == "cosine":
        share = len(valid_losses) / options.epochs
        return options.learning_rate * 0.5 * (1 + math.cos(math.pi * share))
    if options.schedule == "plateau":
        drops = plateaus(valid_losses, max(1, options.patience // 2))
        return options.learning_rate * PLATEAU_FACTOR**drops
    return options.learning_rate


def plateaus(losses: Sequence[float], patience: int) -> int:
    """Count how often ``patience`` losses in a row were no better than the best before them."""
    best, waited, found = math.inf, 0, 0
    for loss in losses:
        waited = 0 if loss < best else waited + 1
        best = min(best, loss)
        if waited == patience:
            found, waited = found + 1, 0
    return found
