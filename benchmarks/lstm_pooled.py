"""An epoch of one LSTM for thirty symbols, against qlib's ``pytorch_lstm_ts``, one thread each."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from benchmarks.contest import Claim, Contest, Settings
from benchmarks.lstm import FEATURES, OPTIONS, STEPS, batches, our_epoch
from benchmarks.peers import Peer, cpu_seconds, peer_python
from benchmarks.samples import make_samples, split_rows
from vn30_training.models.lstm import LSTMNetwork

POOLED = OPTIONS.model_copy(update={"clip_value": 3.0})


def contests(settings: Settings) -> Iterator[Contest]:
    """Yield the contest on 52,000 training windows, with the same batches and first weights."""
    symbols, days = (3, 300) if settings.quick else (30, 2185)
    torch.set_num_threads(1)
    python = peer_python(settings.peers, "qlib")
    data = make_samples(days, FEATURES, symbols=symbols)
    rows = split_rows(days, STEPS, symbols)
    torch.manual_seed(0)
    network = LSTMNetwork(FEATURES, POOLED.hidden_size, POOLED.layers, 0.0)
    with tempfile.TemporaryDirectory() as folder:
        task, result = Path(folder, "task.npz"), Path(folder, "weights.npz")
        weights = {name: value.numpy() for name, value in network.state_dict().items()}
        np.savez(
            task,
            features=data.features.reshape(symbols, days, FEATURES),
            label=data.label.reshape(symbols, days),
            valid=rows[1],
            train=np.concatenate(batches(rows[0])),
            batch_size=POOLED.batch_size,
            steps=STEPS,
            **weights,
        )
        peer = Peer(python, "lstm_peer.py", task, result)
        ours = our_epoch(data, POOLED, rows).state_dict()
        theirs = np.load(result)
        difference = max(float(np.abs(ours[name].numpy() - theirs[name]).max()) for name in ours)
        assert difference < 1e-4, difference
        yield Contest(
            work=f"LSTM epoch, pooled, {len(rows[0])} windows, with validation, CPU",
            equality=f"weights after the epoch within {difference:.0e}",
            runs={
                "qlib pytorch_lstm_ts, epoch of fit": lambda: peer("fit"),
                "qlib pytorch_lstm_ts, without train loss": peer,
                "pooled, 1 thread": lambda: our_epoch(data, POOLED, rows),
            },
            claims=(
                Claim("pooled, 1 thread", "qlib pytorch_lstm_ts, epoch of fit", 2),
                Claim("pooled, 1 thread", "qlib pytorch_lstm_ts, without train loss"),
            ),
            repeats=2 if settings.quick else 5,
            clock=cpu_seconds,
        )
        peer.close()
