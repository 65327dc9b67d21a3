"""The one training loop of all networks."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn

from vn30_training.models.neural.checkpoint import (
    Progress,
    load_checkpoint,
    read_weights,
    save_checkpoint,
    write_weights,
)
from vn30_training.models.neural.device import autocast, is_out_of_memory, seed_epoch
from vn30_training.models.neural.options import TrainerOptions
from vn30_training.models.neural.sampling import epoch_batches
from vn30_training.models.neural.schedule import learning_rate

Losses = Callable[[Tensor], Tensor]


class Trainer:
    """Adam with early stopping on the validation loss.

    Parameters
    ----------
    network
        What learns, already on its device.
    losses
        Gives the loss of each of the rows passed in, shape (rows,).
    options
        How to train.
    seed
        Where batches and dropout masks come from. The network's first weights are the caller's.
    checkpoint
        File to resume from if it exists and to write after each epoch; removed once done.
    """

    def __init__(
        self,
        network: nn.Module,
        losses: Losses,
        options: TrainerOptions,
        seed: int,
        checkpoint: Path | None = None,
    ) -> None:
        self.network = network
        self.losses = losses
        self.options = options
        self.seed = seed
        self.checkpoint = checkpoint
        self.optimizer = torch.optim.Adam(
            network.parameters(),
            lr=options.learning_rate,
            weight_decay=options.weight_decay,
            fused=True,
        )
        self.progress = Progress(best=read_weights(network), batch_limit=options.batch_size)

    def fit(self, train: Tensor, valid: Tensor, *, keep_start: bool = False) -> Progress:
        """Train on the rows ``train`` and leave the network with its best weights.

        Parameters
        ----------
        train, valid
            Rows to learn from and rows to choose the epoch by.
        keep_start
            Judge the weights given, too, so that training never ends worse than it began.
        """
        if self.checkpoint and self.checkpoint.exists():
            self.progress = load_checkpoint(self.checkpoint, self.network, self.optimizer)
        elif keep_start:
            self._judge({"epoch": 0.0, "valid_loss": self._valid_loss(valid)})
        while not self._finished():
            self._epoch(train, valid)
            if self.checkpoint:
                save_checkpoint(self.checkpoint, self.network, self.optimizer, self.progress)
        write_weights(self.network, self.progress.best)
        if self.checkpoint:
            self.checkpoint.unlink(missing_ok=True)
        return self.progress

    def _finished(self) -> bool:
        waited = self.progress.epoch - self.progress.best_epoch
        return (
            self.progress.failure is not None
            or self.progress.epoch >= self.options.epochs
            or waited >= self.options.patience
        )

    def _epoch(self, train: Tensor, valid: Tensor) -> None:
        epoch = self.progress.epoch + 1
        options = self.options
        rate = learning_rate(options, [record["valid_loss"] for record in self.progress.curve])
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        number = seed_epoch(self.seed, epoch)
        self.network.train()
        total, norms = 0.0, []
        batches = epoch_batches(
            train, options.batch_size, options.block, options.epoch_samples, number
        )
        for rows in batches:
            loss, norm = self._step(rows)
            if not math.isfinite(loss + norm):
                self.progress.failure = f"the training loss became {loss} in epoch {epoch}"
                return
            total += loss * len(rows)
            norms.append(norm)
        self._judge(
            {
                "epoch": float(epoch),
                "train_loss": total / sum(map(len, batches)),
                "valid_loss": self._valid_loss(valid),
                "learning_rate": rate,
                "gradient_norm": sum(norms) / len(norms),
                "gradient_norm_max": max(norms),
            }
        )

    def _judge(self, record: dict[str, float]) -> None:
        loss, progress = record["valid_loss"], self.progress
        if not math.isfinite(loss):
            progress.failure = f"the validation loss became {loss} in epoch {record['epoch']:.0f}"
            return
        progress.curve.append(record)
        if progress.best_loss is None or loss < progress.best_loss:
            progress.best_loss, progress.best_epoch = loss, int(record["epoch"])
            progress.best = read_weights(self.network)

    def _step(self, rows: Tensor) -> tuple[float, float]:
        """Take one optimiser step; return the batch's mean loss and gradient norm."""
        while True:
            self.optimizer.zero_grad()
            try:
                loss = self._backward(rows)
                break
            except RuntimeError as error:
                self._halve(error)
        norm = float(self._clip())
        self.optimizer.step()
        return loss, norm

    def _backward(self, rows: Tensor) -> float:
        """Add up the gradients of the batch, as many rows at a time as memory holds."""
        total = 0.0
        for part in torch.split(rows, self.progress.batch_limit):
            with autocast(rows.device, self.options.precision):
                loss = self.losses(part).sum() / len(rows)
            torch.autograd.backward(loss)
            total += loss.item()
        return total

    def _halve(self, error: RuntimeError) -> None:
        if not is_out_of_memory(error) or self.progress.batch_limit == 1:
            raise error
        self.progress.batch_limit = (self.progress.batch_limit + 1) // 2
        if torch.cuda.is_available():
            torch.cuda.empty_cache()

    def _clip(self) -> Tensor:
        parameters = [p for p in self.network.parameters() if p.grad is not None]
        norm = nn.utils.clip_grad_norm_(parameters, self.options.clip_norm or math.inf)
        if self.options.clip_value:
            nn.utils.clip_grad_value_(parameters, self.options.clip_value)
        return norm

    @torch.no_grad()
    def _valid_loss(self, rows: Tensor) -> float:
        self.network.eval()
        total = 0.0
        with autocast(rows.device, self.options.precision):
            for part in torch.split(rows, self.progress.batch_limit):
                total += self.losses(part).sum().item()
        return total / len(rows)
