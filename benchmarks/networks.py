"""Network training and forecasting against plain PyTorch and pytorch-forecasting.

    python benchmarks/networks.py [--quick]

Every pair is checked to compute the same numbers first, then timed in turns on one thread each;
printed are medians of CPU seconds (wall seconds where there are two workers) and their ratio.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import multiprocessing
import os
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

from vn30_training.models.contract import QUANTILES, Samples
from vn30_training.models.lstm import LSTM, LSTMNetwork, LSTMOptions
from vn30_training.models.neural.device import seed_epoch
from vn30_training.models.neural.sampling import epoch_batches
from vn30_training.models.neural.trainer import Trainer
from vn30_training.models.tft import KNOWN, TFT, TFTOptions, calendar_codes

ROWS, STEPS, FEATURES = 2100, 20, 20
TRAIN_SHARE = 0.8
LSTM_OPTIONS = LSTMOptions(
    steps=STEPS, hidden_size=64, layers=2, batch_size=800, epochs=1, clip_norm=None, device="cpu"
)
TFT_OPTIONS = TFTOptions(
    encoder_length=30, hidden_size=32, batch_size=128, epochs=1, learning_rate=1e-3, device="cpu"
)


def make_samples(days: int, features: int, seed: int = 0) -> Samples:
    """Return one symbol's table of noise with a faint signal."""
    rng = np.random.default_rng(seed)
    values = rng.standard_normal((days, features)).astype(np.float32)
    label = (0.1 * values[:, 0] + rng.standard_normal(days)).astype(np.float32)
    return Samples(
        features=values,
        feature_names=tuple(f"F{i}" for i in range(features)),
        label=label,
        y_true=label.astype(np.float64),
        volatility=np.ones(days),
        symbol=np.zeros(days, np.int32),
        symbol_names=("AAA",),
        sector=np.zeros(days, np.int32),
        sector_names=("Banks",),
        date=np.busday_offset("2014-01-02", np.arange(days)).astype("datetime64[D]"),
        rows=np.arange(days),
    )


def split_rows(days: int, window: int) -> tuple[np.ndarray, np.ndarray]:
    rows = np.arange(window - 1, days)
    return np.split(rows, [int(TRAIN_SHARE * len(rows))])


def take_turns(
    runs: dict[str, Callable[[], object]], repeats: int, clock: Callable[[], float]
) -> dict[str, float]:
    """Return the median seconds of each run; the runs take turns, after one round unmeasured."""
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for turn in range(repeats + 1):
        for name, run in runs.items():
            start = clock()
            run()
            if turn:
                seconds[name].append(clock() - start)
    return {name: statistics.median(values) for name, values in seconds.items()}


@contextlib.contextmanager
def silence() -> Iterator[None]:
    """Send Lightning's bars and tables nowhere; they are still made."""
    with (
        Path(os.devnull).open("w") as nowhere,
        contextlib.redirect_stdout(nowhere),
        contextlib.redirect_stderr(nowhere),
    ):
        yield


def show(title: str, seconds: dict[str, float], targets: dict[str, str]) -> None:
    """Print each run's seconds and how often it fits into the first's."""
    print(f"\n{title}")
    peer = next(iter(seconds.values()))
    for name, value in seconds.items():
        target = f"  (target {targets[name]})" if name in targets else ""
        print(f"  {name:<46}{value:9.3f} s   {peer / value:6.2f}x{target}")


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
    optimizer = torch.optim.Adam(network.parameters(), lr=LSTM_OPTIONS.learning_rate)
    for x, y in DataLoader(Windows(data), batch_sampler=order):
        optimizer.zero_grad()
        (network(x) - y).square().mean().backward()
        optimizer.step()
    with torch.no_grad():
        for x, y in DataLoader(Windows(data), batch_sampler=[valid.tolist()]):
            (network(x) - y).square().mean().item()
    return network


def our_epoch(data: Samples, options: LSTMOptions) -> nn.Module:
    torch.manual_seed(0)
    model = LSTM(options, LSTM._inputs(data))
    train, valid = (torch.tensor(rows) for rows in split_rows(ROWS, STEPS))
    table = model._table(data)
    trainer = Trainer(model.network, lambda rows: model._losses(table, rows), options, seed=0)
    trainer.fit(train, valid)
    return model.network


def one_thread() -> None:
    torch.set_num_threads(1)


def our_epoch_of(seed: int, precision: str) -> None:
    data = make_samples(ROWS, FEATURES, seed)
    our_epoch(data, LSTM_OPTIONS.model_copy(update={"precision": precision}))


def benchmark_lstm(symbols: int, repeats: int) -> None:
    data = make_samples(ROWS, FEATURES)
    train, valid = split_rows(ROWS, STEPS)
    batches = epoch_batches(torch.tensor(train), 800, 1, None, seed_epoch(0, 1))
    order = [rows.tolist() for rows in batches]
    difference = max(
        float((a - b).abs().max())
        for a, b in zip(
            plain_epoch(data, order, valid).parameters(),
            our_epoch(data, LSTM_OPTIONS).parameters(),
            strict=True,
        )
    )
    assert difference < 1e-5, difference
    tables = [make_samples(ROWS, FEATURES, seed) for seed in range(symbols)]
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["vn30_training.models.lstm"])
    with ProcessPoolExecutor(2, mp_context=context, initializer=one_thread) as pool:

        def two_workers(precision: str) -> None:
            list(pool.map(our_epoch_of, range(symbols), [precision] * symbols))

        runs = {
            "plain DataLoader loop, 1 thread": lambda: [
                plain_epoch(table, order, valid) for table in tables
            ],
            "ours, 1 worker, float32": lambda: [our_epoch(one, LSTM_OPTIONS) for one in tables],
            "ours, 2 workers, float32": lambda: two_workers("float32"),
            "ours, 2 workers, bfloat16": lambda: two_workers("bfloat16"),
        }
        seconds = take_turns(runs, repeats, time.perf_counter)
    targets = {"ours, 2 workers, float32": ">= 1.8x", "ours, 2 workers, bfloat16": ">= 3x"}
    print(f"weights after an epoch differ from the plain loop's by {difference:.1e}")
    show(f"LSTM epoch of {symbols} symbols with validation, wall", seconds, targets)


def make_dataset(data: Samples, train: bool) -> object:
    """Return pytorch-forecasting's data set of the training or the validation rows."""
    import pytorch_forecasting as pf

    known = calendar_codes(data.date)
    table = pd.DataFrame(data.features, columns=list(data.feature_names)).assign(
        symbol="AAA",
        label=data.label,
        time=np.arange(len(data.label)),
        **{name: known[:, i].astype(str) for i, name in enumerate(KNOWN)},
    )
    encoders = {name: pf.data.NaNLabelEncoder() for name in KNOWN}
    for name, size in KNOWN.items():
        encoders[name].classes_ = {str(i): i for i in range(size)}
        encoders[name].classes_vector_ = np.array([str(i) for i in range(size)])
    length = TFT_OPTIONS.encoder_length
    first_valid = int(split_rows(len(data.label), length)[1][0])
    return pf.TimeSeriesDataSet(
        table[table["time"] <= first_valid] if train else table,
        time_idx="time",
        target="label",
        group_ids=["symbol"],
        min_encoder_length=length,
        max_encoder_length=length,
        min_prediction_length=1,
        max_prediction_length=1,
        min_prediction_idx=None if train else first_valid + 1,
        time_varying_known_categoricals=list(KNOWN),
        time_varying_unknown_reals=list(data.feature_names),
        categorical_encoders=encoders,
        scalers=dict.fromkeys(data.feature_names),
        target_normalizer=pf.data.TorchNormalizer(method="identity"),
    )


def make_peer(dataset: object) -> nn.Module:
    import pytorch_forecasting as pf

    return pf.TemporalFusionTransformer.from_dataset(
        dataset,
        hidden_size=TFT_OPTIONS.hidden_size,
        attention_head_size=TFT_OPTIONS.attention_heads,
        dropout=TFT_OPTIONS.dropout,
        hidden_continuous_size=TFT_OPTIONS.hidden_continuous_size,
        output_size=len(QUANTILES),
        loss=pf.QuantileLoss(list(QUANTILES)),
        learning_rate=TFT_OPTIONS.learning_rate,
        optimizer="adam",
    )


def benchmark_tft(repeats: int) -> None:
    import lightning.pytorch as pl

    data = make_samples(ROWS, 28)
    train, valid = split_rows(ROWS, TFT_OPTIONS.encoder_length)
    train_set, valid_set = make_dataset(data, train=True), make_dataset(data, train=False)
    loaders = (
        train_set.to_dataloader(train=True, batch_size=128),
        valid_set.to_dataloader(train=False, batch_size=128),
    )
    peer = make_peer(train_set)

    def stock_epoch() -> None:
        with tempfile.TemporaryDirectory() as folder, silence():
            trainer = pl.Trainer(
                max_epochs=1,
                accelerator="cpu",
                gradient_clip_val=TFT_OPTIONS.clip_norm,
                default_root_dir=folder,
                num_sanity_val_steps=0,
            )
            trainer.fit(make_peer(train_set), *loaders)

    def stock_forecast() -> torch.Tensor:
        with silence():
            return peer.predict(loaders[1], mode="quantiles", trainer_kwargs={"accelerator": "cpu"})

    def ours(**changes: object) -> Callable[[], TFT]:
        options = TFT_OPTIONS.model_copy(update=changes)
        return lambda: TFT.fit(data.at(train), data.at(valid), options, seed=0)

    model = ours()()
    peer.load_state_dict(model.network.state_dict())
    expected = np.sort(stock_forecast()[:, 0].numpy(), axis=1)
    difference = float(np.abs(model.predict(data.at(valid[:-1])).quantiles - expected).max())
    assert difference < 1e-5, difference
    print(f"\nTFT forecasts with pytorch-forecasting's weights differ by {difference:.1e}")
    epochs = {
        "pytorch-forecasting, stock Lightning loop": stock_epoch,
        "ours, same batches of 128": ours(),
        "ours, batches of 256 in blocks of 32": ours(batch_size=256, block=32),
        "ours, batches of 512 in blocks of 32": ours(batch_size=512, block=32),
    }
    targets = {"ours, same batches of 128": ">= 1.6x"}
    show(
        "TFT epoch with validation, encoder 30, hidden 32, CPU",
        take_turns(epochs, repeats, time.process_time),
        targets,
    )
    forecasts = {
        "pytorch-forecasting .predict": stock_forecast,
        "ours": lambda: model.predict(data.at(valid[:-1])),
    }
    show(
        f"TFT forecasts of {len(valid) - 1} rows, CPU",
        take_turns(forecasts, repeats, time.process_time),
        {"ours": ">= 8x"},
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="3 symbols, 2 turns each")
    quick = parser.parse_args().quick
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    one_thread()
    benchmark_lstm(symbols=3 if quick else 10, repeats=2 if quick else 5)
    benchmark_tft(repeats=2 if quick else 5)


if __name__ == "__main__":
    main()
