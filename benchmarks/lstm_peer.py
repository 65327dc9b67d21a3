"""qlib's side of `lstm_pooled.py`; runs in an environment with pyqlib and torch.

Usage: python lstm_peer.py TASK.npz WEIGHTS.npz

Trains one epoch with validation and saves the weights; then trains again for each line on standard
input. The line ``fit`` asks for all that qlib's ``fit`` does in an epoch: it also computes the loss
of the training samples anew.
"""

import logging
import sys

import numpy as np
import pandas as pd
import torch
from qlib.contrib.model.pytorch_lstm_ts import LSTM
from qlib.data.dataset import TSDataSampler
from qlib.model.utils import ConcatDataset
from torch.utils.data import DataLoader

NAMES = {"lstm": "rnn", "head": "fc_out"}


def make_sampler(task):
    """Return qlib's sampler; like our rows, its samples are numbered symbol by symbol."""
    symbols, days = task["label"].shape
    dates = pd.bdate_range("2014-01-02", periods=days)
    index = pd.MultiIndex.from_product([range(symbols), dates], names=["instrument", "datetime"])
    table = pd.DataFrame(task["features"].reshape(symbols * days, -1), index=index)
    table["label"] = task["label"].ravel()
    table = table.swaplevel().sort_index()
    sampler = TSDataSampler(table, dates[0], dates[-1], step_len=int(task["steps"]))
    sampler.config(fillna_type="ffill+bfill")
    return sampler


def rename(name):
    head, _, rest = name.partition(".")
    return f"{NAMES[head]}.{rest}"


def main():
    torch.set_num_threads(1)
    logging.disable(logging.WARNING)
    task = dict(np.load(sys.argv[1]))
    sampler = make_sampler(task)
    data = ConcatDataset(sampler, np.ones(len(sampler)))
    size = int(task["batch_size"])
    train, valid = (
        [rows[start : start + size].tolist() for start in range(0, len(rows), size)]
        for rows in (task["train"], task["valid"])
    )
    weights = {name: torch.tensor(task[name]) for name in task if name.split(".")[0] in NAMES}

    def epoch(order=""):
        model = LSTM(d_feat=task["features"].shape[2], batch_size=size, n_jobs=0, GPU=-1)
        model.LSTM_model.load_state_dict({rename(name): weights[name] for name in weights})
        model.train_epoch(DataLoader(data, batch_sampler=train))
        for samples in (train, valid) if order == "fit" else (valid,):
            model.test_epoch(DataLoader(data, batch_sampler=samples))
        return model.LSTM_model.state_dict()

    trained = epoch()
    np.savez(sys.argv[2], **{name: trained[rename(name)].numpy() for name in weights})
    print("ready", flush=True)
    for line in sys.stdin:
        epoch(line.strip())
        print("done", flush=True)


if __name__ == "__main__":
    main()
