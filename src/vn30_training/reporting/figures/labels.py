"""Labels side by side without overlap."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def spread(places: Sequence[float], gap: float) -> list[float]:
    """Return ``places`` at least ``gap`` apart, in the same order, moved as little as possible.

    The least-squares solution: after ``gap`` times the rank is taken away, an isotonic regression
    (pool adjacent violators) keeps the order; then the gaps are added again.
    """
    wanted = np.asarray(places, dtype=float)
    order = np.argsort(wanted, kind="stable")
    ladder = gap * np.arange(len(wanted))
    blocks: list[list[float]] = []
    for value in wanted[order] - ladder:
        blocks.append([float(value)])
        while len(blocks) > 1 and np.mean(blocks[-2]) >= np.mean(blocks[-1]):
            last = blocks.pop()
            blocks[-1].extend(last)
    moved = np.empty(len(wanted))
    moved[order] = [float(np.mean(block)) for block in blocks for _ in block] + ladder
    return [float(place) for place in moved]
