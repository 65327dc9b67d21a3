"""The TFT's epoch and forecasts against pytorch-forecasting's stock Lightning loop, one thread."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np
import torch

from benchmarks.contest import Claim, Contest, Settings
from benchmarks.samples import make_samples, split_rows
from benchmarks.tft_peer import StockTFT
from vn30_training.models.tft import TFT, TFTOptions

FEATURES = 28
OPTIONS = TFTOptions(
    encoder_length=30, hidden_size=32, batch_size=128, epochs=1, learning_rate=1e-3, device="cpu"
)
STOCK = "pytorch-forecasting, stock"


def contests(settings: Settings) -> Iterator[Contest]:
    """Yield the contests of an epoch with validation and of forecasts, for one symbol."""
    days, repeats = (300, 2) if settings.quick else (2100, 5)
    torch.set_num_threads(1)
    data = make_samples(days, FEATURES)
    train, valid = split_rows(days, OPTIONS.encoder_length)
    peer = StockTFT(data, OPTIONS, first_valid=int(valid[0]))

    def ours(**changes: object) -> Callable[[], TFT]:
        options = OPTIONS.model_copy(update=changes)
        return lambda: TFT.fit(data.at(train), data.at(valid), options, seed=0)

    model, last = ours()(), data.at(valid[:-1])
    peer.take_weights(model.network.state_dict())
    expected = np.sort(peer.forecast()[:, 0].numpy(), axis=1)
    difference = float(np.abs(model.predict(last).quantiles - expected).max())
    assert difference < 1e-5, difference
    equality = f"forecasts with the same weights within {difference:.0e}"
    yield Contest(
        work=f"TFT epoch, {len(train)} windows, encoder 30, hidden 32, CPU",
        equality=equality,
        runs={
            STOCK: peer.epoch,
            "batches of 128": ours(),
            "batches of 256 in blocks of 32": ours(batch_size=256, block=32),
            "batches of 512 in blocks of 32": ours(batch_size=512, block=32),
        },
        claims=(
            Claim("batches of 128", STOCK, 1.6),
            Claim("batches of 256 in blocks of 32", STOCK),
            Claim("batches of 512 in blocks of 32", STOCK),
        ),
        repeats=repeats,
        clock=time.process_time,
    )
    yield Contest(
        work=f"TFT forecasts of {len(valid) - 1} rows, CPU",
        equality=equality,
        runs={STOCK: peer.forecast, "predict": lambda: model.predict(last)},
        claims=(Claim("predict", STOCK, 8),),
        repeats=2 if settings.quick else 7,
        clock=time.process_time,
    )
