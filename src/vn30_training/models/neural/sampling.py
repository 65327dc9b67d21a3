"""The order in which an epoch visits the training rows."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


def epoch_batches(
    rows: Tensor, batch_size: int, block: int, epoch_samples: int | None, seed: int
) -> Sequence[Tensor]:
    """Shuffle ``rows`` in blocks of consecutive ones and deal them out in batches.

    Parameters
    ----------
    rows
        Rows to learn from, ascending.
    batch_size
        Rows per batch; the last batch may be smaller.
    block
        Consecutive rows that stay together. Where blocks begin is drawn for each epoch anew.
    epoch_samples
        Rows in all, or None for all of them.
    seed
        Of this epoch's own generator.
    """
    generator = torch.Generator().manual_seed(seed)
    offset = int(torch.randint(block, (1,), generator=generator))
    member = (torch.arange(len(rows)) + offset) // block
    places = torch.randperm(int(member[-1]) + 1, generator=generator)
    order = torch.argsort(places[member], stable=True)[:epoch_samples]
    return torch.split(rows[order.to(rows.device)], batch_size)
