"""An epoch of thirty symbols' LSTMs on two workers, against a plain DataLoader loop."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

from benchmarks.contest import Claim, Contest, Settings
from benchmarks.samples import make_samples, split_rows
from benchmarks.workers import work_off
from vn30_training.models.contract import Samples
from vn30_training.models.lstm import LSTM, LSTMNetwork, LSTMOptions
from vn30_training.models.neural.device import seed_epoch
from vn30_training.models.neural.sampling import epoch_batches
from vn30_training.models.neural.trainer import Trainer
from vn30_training.running.executors import ProcessPool

ROWS, STEPS, FEATURES = 2100, 20, 20
OPTIONS = LSTMOptions(
    steps=STEPS, hidden_size=64, layers=2, batch_size=800, epochs=1, clip_norm=None, device="cpu"
)


def contests(settings: Settings) -> Iterator[Contest]:
    """Yield the contest of one epoch with validation."""
    symbols = 3 if settings.quick else 30
    torch.set_num_threads(1)
    train, valid = split_rows(ROWS, STEPS)
    order = batches(train)
    difference = _difference(make_samples(ROWS, FEATURES), order, valid)
    assert difference < 1e-5, difference
    with ProcessPool(2) as pool:
        yield Contest(
            work=f"LSTM epoch, {symbols} symbols, wall",
            equality=f"weights after the epoch within {difference:.0e}",
            runs={
                "plain DataLoader loop": lambda: [
                    plain_epoch(make_samples(ROWS, FEATURES, number), order, valid)
                    for number in range(symbols)
                ],
                "1 worker, float32": lambda: [
                    epoch_of("float32", number) for number in range(symbols)
                ],
                "2 workers, float32": lambda: work_off(pool, epoch_of, symbols, "float32"),
                "2 workers, bfloat16": lambda: work_off(pool, epoch_of, symbols, "bfloat16"),
            },
            claims=(
                Claim("2 workers, float32", "plain DataLoader loop", 1.8),
                Claim("2 workers, bfloat16", "plain DataLoader loop", 3),
                Claim("1 worker, float32", "plain DataLoader loop"),
            ),
            repeats=2 if settings.quick else 5,
        )


def batches(train: np.ndarray) -> list[list[int]]:
    """Return the batches that our trainer's first epoch with seed 0 takes."""
    rows = epoch_batches(torch.tensor(train), OPTIONS.batch_size, 1, None, seed_epoch(0, 1))
    return [batch.tolist() for batch in rows]


def _difference(data: Samples, order: list[list[int]], valid: np.ndarray) -> float:
    pairs = zip(
        plain_epoch(data, order, valid).parameters(),
        our_epoch(data, OPTIONS, split_rows(ROWS, STEPS)).parameters(),
        strict=True,
    )
    return max((plain - ours).abs().max().item() for plain, ours in pairs)


class Windows(Dataset):
    """The usual data set: a slice per sample."""

    def __init__(self, data: Samples) -> None:
        self.features = torch.tensor(data.features)
        self.label = torch.tensor(data.label)

    def __len__(self) -> int:
        return len(self.label)

    def __getitem__(self, row: int) -> tuple[torch.Tensor, torch.Tensor]:
        return self.features[row - STEPS + 1 : row + 1], self.label[row]


def plain_epoch(data: Samples, order: list[list[int]], valid: np.ndarray) -> nn.Module:
    """Train an LSTM for one epoch as tutorials do, and validate it."""
    torch.manual_seed(0)
    network = LSTMNetwork(FEATURES, 64, 2, 0.0)
    optimizer = torch.optim.Adam(network.parameters(), lr=OPTIONS.learning_rate)
    for x, y in DataLoader(Windows(data), batch_sampler=order):
        optimizer.zero_grad()
        (network(x) - y).square().mean().backward()
        optimizer.step()
    with torch.no_grad():
        for x, y in DataLoader(Windows(data), batch_sampler=[valid.tolist()]):
            (network(x) - y).square().mean().item()
    return network


def our_epoch(
    data: Samples, options: LSTMOptions, rows: tuple[np.ndarray, np.ndarray]
) -> nn.Module:
    """Train and validate our LSTM for one epoch; ``rows`` are those of both parts."""
    torch.manual_seed(0)
    model = LSTM(options, LSTM._inputs(data))
    table = model._table(data)
    trainer = Trainer(model.network, lambda some: model._losses(table, some), options, seed=0)
    trainer.fit(*(torch.tensor(part) for part in rows))
    return model.network


def epoch_of(precision: str, number: int) -> int:
    """Train one symbol's LSTM for an epoch; return its number of parameters."""
    data = make_samples(ROWS, FEATURES, number)
    options = OPTIONS.model_copy(update={"precision": precision})
    network = our_epoch(data, options, split_rows(ROWS, STEPS))
    return sum(one.numel() for one in network.parameters())
