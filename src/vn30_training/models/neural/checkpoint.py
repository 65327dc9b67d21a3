"""Weights and unfinished fits as safetensors files; nothing here can run code when read."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from vn30_training.files import ArtefactError, atomic_path
from vn30_training.models.contract import Samples

Weights = dict[str, Tensor]


def read_weights(network: nn.Module) -> Weights:
    """Copy the parameters of a network, each once, to the CPU."""
    return {name: value.detach().cpu().clone() for name, value in network.named_parameters()}


def write_weights(network: nn.Module, weights: Weights) -> None:
    """Put ``weights`` into a network; raise ValueError if names or shapes differ."""
    parameters = dict(network.named_parameters())
    expected = {name: value.shape for name, value in parameters.items()}
    found = {name: value.shape for name, value in weights.items()}
    if expected != found:
        differing = {name for name, _ in expected.items() ^ found.items()}
        raise ValueError(f"The weights do not fit the network: {sorted(differing)[:5]} differ.")
    with torch.no_grad():
        for name, value in weights.items():
            parameters[name].copy_(value)


@dataclass(slots=True)
class Progress:
    """How far a fit has come.

    Attributes
    ----------
    curve
        One record per epoch done.
    best, best_epoch, best_loss
        The weights with the lowest validation loss so far; epoch 0 is the start.
    batch_limit
        Windows that go through the network at once; halved where memory was short.
    failure
        Why the fit had to stop, or None.
    """

    best: Weights
    batch_limit: int
    curve: list[dict[str, float]] = field(default_factory=list)
    best_epoch: int = 0
    best_loss: float | None = None
    failure: str | None = None

    @property
    def epoch(self) -> int:
        """The number of the last epoch done."""
        return int(self.curve[-1]["epoch"]) if self.curve else 0

    def facts(self) -> dict[str, Any]:
        """Return all but the weights, as JSON values."""
        names = ("batch_limit", "curve", "best_epoch", "best_loss", "failure")
        return {name: getattr(self, name) for name in names}


def save_checkpoint(
    path: Path, network: nn.Module, optimizer: torch.optim.Optimizer, progress: Progress
) -> None:
    """Write everything that the next epoch depends on into one file, atomically."""
    state = optimizer.state_dict()
    tensors = {f"network.{name}": value for name, value in read_weights(network).items()}
    tensors |= {f"best.{name}": value for name, value in progress.best.items()}
    for index, slots in state["state"].items():
        tensors |= {f"optimizer.{index}.{name}": value.cpu() for name, value in slots.items()}
    facts = {"progress": progress.facts(), "param_groups": state["param_groups"]}
    with atomic_path(path) as temporary:
        save_file(tensors, temporary, metadata={"facts": json.dumps(facts)})


def load_checkpoint(path: Path, network: nn.Module, optimizer: torch.optim.Optimizer) -> Progress:
    """Put network and optimiser back where `save_checkpoint` found them.

    Raises
    ------
    ArtefactError
        If the file is damaged.
    """
    try:
        with safe_open(path, framework="pt") as file:
            facts = json.loads(file.metadata()["facts"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise ArtefactError(f"{path}: not a readable checkpoint ({error}). Delete it.") from error
    parts: dict[str, dict[str, Tensor]] = {"network": {}, "best": {}, "optimizer": {}}
    for name, value in tensors.items():
        part, _, rest = name.partition(".")
        parts[part][rest] = value
    write_weights(network, parts["network"])
    slots: dict[int, dict[str, Tensor]] = {}
    for name, value in parts["optimizer"].items():
        index, _, slot = name.partition(".")
        slots.setdefault(int(index), {})[slot] = value
    optimizer.load_state_dict({"state": slots, "param_groups": facts["param_groups"]})
    return Progress(best=parts["best"], **facts["progress"])


def fit_fingerprint(network: nn.Module, train: Samples, valid: Samples, facts: str) -> str:
    """Return a name that two fits share only if they have the same start, data and ``facts``."""
    digest = hashlib.sha256(facts.encode())
    for value in read_weights(network).values():
        digest.update(value.numpy().tobytes())
    for array in (train.features, train.label, train.symbol, train.rows, valid.rows):
        digest.update(array.tobytes())
    return digest.hexdigest()[:24]
