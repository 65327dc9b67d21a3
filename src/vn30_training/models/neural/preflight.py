"""Checks of a network on one batch: weights, loss, gradients, and whether it can learn at all."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor, nn

from vn30_training.models.check import Check
from vn30_training.models.contract import Prediction

OVERFIT_ROWS = 32
OVERFIT_STEPS = 200
OVERFIT_RATE = 1e-2
LOSS_LEFT = 0.5
CORRELATION = 0.7
STATE_COPIES = 5
"""Weights, gradients, Adam's two moments, and the best weights so far."""
_SHOWN = 3

Losses = Callable[[Tensor], Tensor]


def check_network(
    network: nn.Module,
    losses: Losses,
    predict: Callable[[Tensor], Prediction],
    label: Tensor,
    batch: Tensor,
    resting: Sequence[str] = (),
) -> Iterator[Check]:
    """Check a network on one batch; it comes out trained on some of its rows, so hand in a copy.

    Parameters
    ----------
    network
        A network with its first weights.
    losses
        Gives the loss of each of the rows passed in, shape (rows,).
    predict
        Gives the prediction for each of them.
    label
        The label of every row of the table.
    batch
        The rows of one batch.
    resting
        How the names of parameters begin that need no gradient, because the inputs at hand cannot
        reach them.
    """
    network.train()
    bad = [name for name, value in network.named_parameters() if not value.isfinite().all()]
    yield _check(network, "first weights", bad, "are not all finite", "are finite")
    if bad:
        return
    loss = losses(batch).mean()
    finite = bool(loss.isfinite())
    yield Check(
        "one batch",
        type(network).__name__,
        finite,
        f"{len(batch)} windows give a loss of {loss.item():.3g}",
        "Look for infinite or huge features and labels in the data quality report.",
    )
    if finite:
        yield from _check_gradients(network, loss, resting)
        yield _check_overfit(network, losses, predict, label, batch[:OVERFIT_ROWS])


def _check_gradients(network: nn.Module, loss: Tensor, resting: Sequence[str]) -> Iterator[Check]:
    network.zero_grad()
    if loss.requires_grad:
        torch.autograd.backward(loss)
    gradients = {name: value.grad for name, value in network.named_parameters()}
    wild = [n for n, grad in gradients.items() if grad is not None and not grad.isfinite().all()]
    yield _check(network, "finite gradients", wild, "have infinite gradients", "have finite ones")
    idle = [
        name
        for name, grad in gradients.items()
        if not name.startswith(tuple(resting)) and (grad is None or not grad.any())
    ]
    yield _check(network, "gradients", idle, "get no gradient, so they never learn", "get some")


def _check(network: nn.Module, name: str, bad: Sequence[str], fault: str, fine: str) -> Check:
    more = f" and {len(bad) - _SHOWN} more" if len(bad) > _SHOWN else ""
    total = len(list(network.parameters()))
    return Check(
        name,
        type(network).__name__,
        not bad,
        f"{', '.join(bad[:_SHOWN])}{more} {fault}" if bad else f"all {total} parameters {fine}",
        "Look at how the network's forward uses these parameters, and at how they are initialised.",
    )


def _check_overfit(
    network: nn.Module,
    losses: Losses,
    predict: Callable[[Tensor], Prediction],
    label: Tensor,
    rows: Tensor,
) -> Check:
    """Learn a few rows by heart: the loss must halve and the forecasts come near the labels.

    The second condition is there because a constant may halve the loss of a network that begins
    far from its labels.
    """
    _without_dropout(network)
    optimizer = torch.optim.Adam(
        [one for one in network.parameters() if one.requires_grad], OVERFIT_RATE
    )
    first = left = math.nan
    near = 0.0
    for step in range(OVERFIT_STEPS):
        optimizer.zero_grad()
        loss = losses(rows).mean()
        left = loss.item()
        first = left if step == 0 else first
        if left < LOSS_LEFT * first:
            near = _correlation(predict, label, rows)
        if near > CORRELATION or not loss.requires_grad:
            break
        torch.autograd.backward(loss)
        optimizer.step()
    told = f"the loss of {len(rows)} windows went from {first:.3g} to {left:.3g} in {step} steps"
    if near <= CORRELATION:
        near = _correlation(predict, label, rows)
        told += f", and its forecasts have a correlation of {near:.2f} with what they should be"
    return Check(
        "overfits one batch",
        type(network).__name__,
        left < LOSS_LEFT * first and near > CORRELATION,
        told,
        "Its forecasts hardly depend on its inputs, or its loss does not reward them.",
    )


@torch.no_grad()
def _correlation(predict: Callable[[Tensor], Prediction], label: Tensor, rows: Tensor) -> float:
    """Correlate forecasts with labels; forecasts that do not vary tell nothing."""
    score = torch.as_tensor(predict(rows).score)
    both = torch.stack([score, label[rows].double().cpu()])
    return float(torch.corrcoef(both)[0, 1].nan_to_num())


def _without_dropout(network: nn.Module) -> None:
    for module in network.modules():
        if isinstance(module, nn.modules.dropout._DropoutNd):
            module.p = 0.0
        elif isinstance(module, nn.RNNBase):
            module.dropout = 0.0


def training_bytes(network: nn.Module, losses: Losses, batch: Tensor) -> int:
    """Return what weights, gradients, optimiser and the activations of ``batch`` take in memory.

    Activations are those that the backward pass needs, counted while they are alive.
    """
    kept: dict[int, int] = {}

    def keep(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        losses(batch)
    state = sum(one.numel() * one.element_size() for one in network.parameters())
    return STATE_COPIES * state + sum(kept.values())
