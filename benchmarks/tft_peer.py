"""pytorch-forecasting's side of `tft.py`, used as its tutorial uses it."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import lightning.pytorch as pl
import numpy as np
import pandas as pd
import pytorch_forecasting as pf
import torch

from vn30_training.models.contract import QUANTILES, Samples
from vn30_training.models.tft import KNOWN, TFTOptions, calendar_codes


class StockTFT:
    """Data sets, loaders and a network for one symbol's table.

    Parameters
    ----------
    data
        The table.
    options
        Sizes and rates.
    first_valid
        First row to validate on.
    """

    def __init__(self, data: Samples, options: TFTOptions, first_valid: int) -> None:
        self.options = options
        self.train_set = _make_dataset(data, options, first_valid, train=True)
        valid_set = _make_dataset(data, options, first_valid, train=False)
        size = options.batch_size
        self.train_loader = self.train_set.to_dataloader(train=True, batch_size=size)
        self.valid_loader = valid_set.to_dataloader(train=False, batch_size=size)
        self.network = self._make_network()

    def take_weights(self, weights: dict[str, torch.Tensor]) -> None:
        """Take over weights for `forecast`."""
        self.network.load_state_dict(weights)

    def epoch(self) -> None:
        """Train a new network for an epoch with Lightning's defaults, and validate it."""
        with tempfile.TemporaryDirectory() as folder, _silence():
            trainer = pl.Trainer(
                max_epochs=1,
                accelerator="cpu",
                gradient_clip_val=self.options.clip_norm,
                default_root_dir=folder,
                num_sanity_val_steps=0,
            )
            trainer.fit(self._make_network(), self.train_loader, self.valid_loader)

    def forecast(self) -> torch.Tensor:
        """Return the quantiles of the validation rows, the first left out."""
        options = {"accelerator": "cpu", "logger": False}
        with _silence():
            return self.network.predict(self.valid_loader, mode="quantiles", trainer_kwargs=options)

    def _make_network(self) -> pf.TemporalFusionTransformer:
        options = self.options
        return pf.TemporalFusionTransformer.from_dataset(
            self.train_set,
            hidden_size=options.hidden_size,
            attention_head_size=options.attention_heads,
            dropout=options.dropout,
            hidden_continuous_size=options.hidden_continuous_size,
            output_size=len(QUANTILES),
            loss=pf.QuantileLoss(list(QUANTILES)),
            learning_rate=options.learning_rate,
            optimizer="adam",
        )


def _make_dataset(
    data: Samples, options: TFTOptions, first_valid: int, train: bool
) -> pf.TimeSeriesDataSet:
    known = calendar_codes(data.date)
    table = pd.DataFrame(data.features, columns=list(data.feature_names)).assign(
        symbol="AAA",
        label=data.label,
        time=np.arange(len(data.label)),
        **{name: known[:, i].astype(str) for i, name in enumerate(KNOWN)},
    )
    length = options.encoder_length
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
        categorical_encoders=_encoders(),
        scalers=dict.fromkeys(data.feature_names),
        target_normalizer=pf.data.TorchNormalizer(method="identity"),
    )


def _encoders() -> dict[str, pf.data.NaNLabelEncoder]:
    """Return encoders that know every category, whatever the table holds."""
    encoders = {name: pf.data.NaNLabelEncoder() for name in KNOWN}
    for name, size in KNOWN.items():
        encoders[name].classes_ = {str(i): i for i in range(size)}
        encoders[name].classes_vector_ = np.array([str(i) for i in range(size)])
    return encoders


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Send Lightning's bars and tables nowhere; they are still made."""
    with (
        Path(os.devnull).open("w") as nowhere,
        contextlib.redirect_stdout(nowhere),
        contextlib.redirect_stderr(nowhere),
    ):
        yield
