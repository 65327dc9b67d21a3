"""Temporal Fusion Transformer: quantile forecasts from observed, known and static inputs.

What a forecast made at row t looks at: the features of rows t-L+1 .. t (observed), month and day
of week of those rows and of the D sessions that follow (known), and the stock and its sector
(static). The sessions that follow are taken to be the next weekdays: a rule that needs nothing
from the future, the same for the newest row as for one of ten years ago.

What it predicts: decoder step k stands for session t+k and gives the quantiles of the label of
row t+k-1, the return that begins with that session. Step 1 is the label of row t itself and the
only one that scores; further steps (``decoder_length`` above 1) are auxiliary tasks: the same
label, forecast k-1 sessions earlier. They learn only from labels of the span being trained on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import Field, PositiveInt
from torch import Tensor, nn

from vn30_training.models.contract import QUANTILES, Capabilities, Prediction, Samples
from vn30_training.models.neural.family import NeuralFamily
from vn30_training.models.neural.options import TrainerOptions
from vn30_training.models.neural.tft_network import (
    SELECTED_ROWS,
    TemporalFusionNetwork,
    TFTOutput,
    TFTShape,
    WindowBatch,
)
from vn30_training.models.neural.windows import WindowTable, fill_up

KNOWN = {"month": 12, "day_of_week": 7}
MEDIAN = QUANTILES.index(0.50)
UPPER = QUANTILES.index(0.90)
EXPLAINED_ROWS = 2048
STOCKS = 32


class TFTOptions(TrainerOptions):
    """Options of the TFT.

    Attributes
    ----------
    encoder_length, decoder_length
        Past sessions looked at, and sessions ahead that are forecast; see the module.
    hidden_size, hidden_continuous_size, lstm_layers, attention_heads, dropout
        As in pytorch-forecasting.
    score
        What ranks the stocks: the median, or the mean of the 50 % and 90 % quantiles.
    """

    encoder_length: PositiveInt = 20
    decoder_length: PositiveInt = 1
    hidden_size: PositiveInt = 16
    hidden_continuous_size: PositiveInt = 8
    lstm_layers: PositiveInt = 1
    attention_heads: PositiveInt = 2
    dropout: float = Field(default=0.1, ge=0, lt=1)
    score: Literal["p50", "mean_p50_p90"] = "p50"


def calendar_codes(date: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Return month (0 is January) and day of week (0 is Monday) along a new last axis."""
    day = date.astype("datetime64[D]")
    month = day.astype("datetime64[M]").astype(np.int64) % 12
    return np.stack([month, (day.astype(np.int64) + 3) % 7], axis=-1)


def weekdays_ahead(date: NDArray[np.datetime64], steps: int) -> NDArray[np.datetime64]:
    """Return the next ``steps`` weekdays after each date, shape (dates, steps)."""
    day = date.astype("datetime64[D]")[:, None]
    return np.busday_offset(day, np.arange(1, steps + 1), roll="backward")


def pinball(quantiles: Tensor, label: Tensor) -> Tensor:
    """Return twice the pinball loss, averaged over the levels; the median's part is abs(error)."""
    levels = torch.tensor(QUANTILES, dtype=quantiles.dtype, device=quantiles.device)
    error = label[..., None] - quantiles
    return 2 * torch.maximum(levels * error, (levels - 1) * error).mean(-1)


def _varying(values: NDArray[np.int32], names: tuple[str, ...]) -> list[str]:
    """Return the names that occur, or none if only one does.

    A constant says nothing, and its embedding of width one is a constant vector, whose layer norm
    would blow up every gradient.
    """
    found = [names[i] for i in np.unique(values) if i >= 0]
    return found if len(found) > 1 else []


def _translate(
    values: NDArray[np.int32], names: tuple[str, ...], known: list[str]
) -> NDArray[np.int64]:
    """Translate codes into positions among the names trained on; 0 is any other name or none."""
    position = {name: i + 1 for i, name in enumerate(known)}
    # The entry at the end is what the code -1 of an unknown symbol reads.
    return np.array([*(position.get(name, 0) for name in names), 0], dtype=np.int64)[values]


class TFT(NeuralFamily):
    """Temporal Fusion Transformer trained on the pinball loss of the label."""

    options_type = TFTOptions
    capabilities = Capabilities(
        quantiles=True, sequences=True, finetune=True, explain=True, seeded=True, iterates=True
    )
    options: TFTOptions
    network: TemporalFusionNetwork

    @property
    def window(self) -> int:
        """Rows that the network looks at, the newest included."""
        return self.options.encoder_length

    @property
    def _static(self) -> tuple[str, ...]:
        """The static inputs: those that differ between stocks."""
        return tuple(name for name in ("symbol", "sector") if self.inputs[name])

    @classmethod
    def _inputs(cls, train: Samples) -> dict[str, Any]:
        return {
            **super()._inputs(train),
            "symbol": _varying(train.symbol[train.rows], train.symbol_names),
            "sector": _varying(train.sector[train.rows], train.sector_names),
        }

    def _build(self) -> nn.Module:
        options, inputs = self.options, self.inputs
        return TemporalFusionNetwork(
            TFTShape(
                reals=inputs["features"],
                known=KNOWN,
                static={name: len(inputs[name]) + 1 for name in self._static},
                hidden_size=options.hidden_size,
                hidden_continuous_size=options.hidden_continuous_size,
                lstm_layers=options.lstm_layers,
                attention_heads=options.attention_heads,
                dropout=options.dropout,
                outputs=len(QUANTILES),
            )
        )

    def _codes(self, data: Samples) -> Mapping[str, NDArray[np.int64]]:
        values = {
            "symbol": (data.symbol, data.symbol_names),
            "sector": (data.sector, data.sector_names),
        }
        static = [_translate(*values[name], self.inputs[name]) for name in self._static]
        columns = np.stack(static or [np.zeros(len(data.symbol), np.int64)], axis=-1)
        stocks, stock = np.unique(columns, axis=0, return_inverse=True)
        return {
            "known": calendar_codes(data.date),
            "ahead": calendar_codes(weekdays_ahead(data.date, self.options.decoder_length)),
            "stock": stock.astype(np.int64),
            "static": stocks,
        }

    @torch.no_grad()
    def _start(self, labels: Tensor) -> None:
        """Begin at the labels' own quantiles: what is left to learn is what moves them."""
        levels = torch.tensor(QUANTILES, device=labels.device)
        self.network.output_layer.bias.copy_(labels.quantile(levels))

    def _windows(self, table: WindowTable, rows: Tensor) -> WindowBatch:
        """Gather the rows that the windows of ``rows`` need, each once."""
        index = table.index(rows, self.window)
        needed, encoder = torch.unique(index, return_inverse=True)
        if not self.network.training:
            needed = fill_up(needed, SELECTED_ROWS)
        return WindowBatch(
            reals=table.features[needed],
            known=table.codes["known"][needed],
            stock=table.codes["stock"][needed],
            static=fill_up(table.codes["static"], STOCKS if self._static else 1),
            encoder=encoder,
            ahead=table.codes["ahead"][rows],
            window_stock=table.codes["stock"][rows],
        )

    def _losses(self, table: WindowTable, rows: Tensor) -> Tensor:
        output: TFTOutput = self.network(self._windows(table, rows))
        label = self._labels(table, rows)
        losses = pinball(output.quantiles.float(), label.nan_to_num())
        known = label.isfinite()
        return (losses * known).sum(1) / known.sum(1)

    def _labels(self, table: WindowTable, rows: Tensor) -> Tensor:
        """Return the labels of the decoder's steps, NaN where not of this span or stock."""
        steps = torch.arange(self.options.decoder_length, device=rows.device)
        later, last = rows[:, None] + steps, len(table.label) - 1
        inside = later <= last
        later = later.clamp(max=last)
        for kept in (table.first, table.span):
            inside &= kept[later] == kept[rows][:, None]
        return torch.where(inside, table.label[later], torch.nan)

    def _outputs(self, table: WindowTable, rows: Tensor) -> Tensor:
        output: TFTOutput = self.network(self._windows(table, rows))
        return output.quantiles[:, 0].float()

    def _prediction(self, outputs: NDArray[np.float64]) -> Prediction:
        """Sort each row's quantiles, so that none cross (Chernozhukov et al. 2010)."""
        quantiles = np.sort(outputs, axis=1)
        score = quantiles[:, MEDIAN]
        if self.options.score == "mean_p50_p90":
            score = (score + quantiles[:, UPPER]) / 2
        return Prediction(score=score, quantiles=quantiles)

    def _resting(self) -> tuple[str, ...]:
        """Name the paths of the static context, which is zero where no input is static."""
        selections = ("encoder_variable_selection", "decoder_variable_selection")
        contexts = [f"{name}.flattened_grn.context." for name in selections]
        return () if self._static else ("static_context_", "static_enrichment.context.", *contexts)

    @torch.no_grad()
    def _explain(self, table: WindowTable, rows: Tensor) -> None:
        """Keep the mean weight of each variable and the mean attention to each past step."""
        some = rows[:: -(-len(rows) // EXPLAINED_ROWS)]
        windows = self._windows(table, some)
        output: TFTOutput = self.network(windows)
        names = [*KNOWN, *self.inputs["features"]]
        past = output.encoder_weights[windows.encoder].mean((0, 1))
        ahead = output.decoder_weights[:, 0].mean(0)
        static = output.static_weights[windows.window_stock].mean(0)
        self.diagnostics.importance = dict(zip(names, past.tolist(), strict=True))
        self.diagnostics.facts |= {
            "attention": output.attention[:, 0].mean(0).tolist(),
            "known_ahead": dict(zip(KNOWN, ahead.tolist(), strict=True)),
            "static": dict(zip(self._static, static.tolist(), strict=True)),
        }
