"""Where and how exactly a network computes: device, precision, random state, memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch


def choose_device(name: str) -> torch.device:
    """Return the device called ``name``; ``auto`` is the GPU if there is one."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(name)


def autocast(device: torch.device, precision: str) -> torch.autocast:
    """Return the context of a forward pass in ``precision``."""
    return torch.autocast(device.type, torch.bfloat16, enabled=precision == "bfloat16")


def seed_epoch(seed: int, epoch: int) -> int:
    """Set the random state in which ``epoch`` begins and return the number it comes from.

    Each epoch has its own state, derived from the fit's seed, so that a checkpoint taken between
    two epochs has no generator to keep.
    """
    number = int(np.random.SeedSequence([seed, epoch]).generate_state(1)[0])
    torch.manual_seed(number)
    return number


@contextmanager
def deterministic(device: torch.device) -> Iterator[None]:
    """Compute reproducibly inside the block and leave the caller's random state as it was."""
    if device.type == "cuda":
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    before = torch.are_deterministic_algorithms_enabled()
    fill = torch.utils.deterministic.fill_uninitialized_memory  # type: ignore[attr-defined]
    with torch.random.fork_rng([device] if device.type == "cuda" else []):
        torch.use_deterministic_algorithms(True, warn_only=True)
        torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
        try:
            yield
        finally:
            torch.use_deterministic_algorithms(before)
            torch.utils.deterministic.fill_uninitialized_memory = fill  # type: ignore[attr-defined]


def is_out_of_memory(error: RuntimeError) -> bool:
    """Tell whether torch ran out of memory, on the GPU or on the CPU."""
    return isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in str(error)
