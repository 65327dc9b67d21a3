"""The Temporal Fusion Transformer of pytorch-forecasting, each row's variables selected once.

Modules, their names and their weights are pytorch-forecasting's, so a state dict of its
``TemporalFusionTransformer`` loads here and the other way round. Only the order of work differs:
which variables count in a row depends on the row and its stock alone, not on the windows that the
row is in, so selection runs once per row and windows are gathered after it. The forecasts are the
same; in training, the windows of a batch that share a row share its dropout mask.

Shape suffixes: U rows needed, F real features, K known categoricals, S stocks, C static
categoricals, B windows, L encoder steps, D decoder steps, H hidden size, V variables, Q outputs.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

SELECTED_ROWS = 256
"""Rows whose variables are selected at once when forecasting: one shape, see `windows.fill_up`."""


@cache
def pf_modules() -> ModuleType:
    """Return pytorch-forecasting's network modules, which need torch and nothing else.

    They are loaded from their file: importing the package itself takes seconds and 300 MB for
    the training loop and data sets around them.
    """
    package = importlib.util.find_spec("pytorch_forecasting")
    if package is None or package.origin is None:
        raise ImportError("The TFT needs pytorch-forecasting: pip install pytorch-forecasting.")
    path = Path(package.origin).parent / "models/temporal_fusion_transformer/sub_modules.py"
    spec = importlib.util.spec_from_file_location("pytorch_forecasting_tft_modules", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def embedding_size(categories: int) -> int:
    """Return the width of an embedding by fast.ai's rule, as pytorch-forecasting does."""
    return min(round(1.6 * categories**0.56), 100) if categories > 2 else 1


class WindowBatch(NamedTuple):
    """Windows, and the rows that they are made of, each once.

    Attributes
    ----------
    reals, known, stock
        Of each row: features UF, known categoricals UK, and stock U as a row of ``static``.
    static
        Static categoricals of each stock, SC.
    encoder
        Positions in the above of each window's rows, oldest first, BL.
    ahead
        Known categoricals of the sessions that follow, BDK.
    window_stock
        The stock of each window, B.
    """

    reals: Tensor
    known: Tensor
    stock: Tensor
    static: Tensor
    encoder: Tensor
    ahead: Tensor
    window_stock: Tensor


class TFTOutput(NamedTuple):
    """Quantiles per decoder step, BDQ, and the weights by which to understand them.

    ``attention``, BDL, is that paid to the encoder's steps, averaged over heads; the others are
    the weights of variables: UV for the rows, BDV for the sessions ahead, SV for the stocks.
    """

    quantiles: Tensor
    attention: Tensor
    encoder_weights: Tensor
    decoder_weights: Tensor
    static_weights: Tensor


@dataclass(frozen=True, slots=True)
class TFTShape:
    """Inputs and sizes of a network; categoricals map to their number of categories."""

    reals: Sequence[str]
    known: Mapping[str, int]
    static: Mapping[str, int]
    hidden_size: int
    hidden_continuous_size: int
    lstm_layers: int
    attention_heads: int
    dropout: float
    outputs: int


class InputEmbeddings(nn.Module):
    """Embeddings of the categoricals, under the names that pytorch-forecasting gives them."""

    def __init__(self, sizes: Mapping[str, int], hidden_size: int) -> None:
        super().__init__()
        self.embeddings = nn.ModuleDict(
            {
                name: nn.Embedding(size, min(embedding_size(size), hidden_size))
                for name, size in sizes.items()
            }
        )

    def forward(self, codes: Tensor, names: Sequence[str]) -> dict[str, Tensor]:
        """Embed the last axis of ``codes``, whose entries are called ``names``."""
        return {name: self.embeddings[name](codes[..., i]) for i, name in enumerate(names)}

    def widths(self, names: Mapping[str, int]) -> dict[str, int]:
        """Return the width of each embedding."""
        return {name: int(self.embeddings[name].embedding_dim) for name in names}  # type: ignore[arg-type]


class TemporalFusionNetwork(nn.Module):
    """Lim et al. 2021, International Journal of Forecasting 37, in pytorch-forecasting's form."""

    def __init__(self, shape: TFTShape) -> None:
        super().__init__()
        self.shape = shape
        pf, hidden, dropout = pf_modules(), shape.hidden_size, shape.dropout
        self.input_embeddings = InputEmbeddings({**shape.static, **shape.known}, hidden)
        self.prescalers = nn.ModuleDict(
            {name: nn.Linear(1, shape.hidden_continuous_size) for name in shape.reals}
        )
        self.static_variable_selection = self._selection(shape.static, (), context=None)
        self.encoder_variable_selection = self._selection(shape.known, shape.reals, hidden)
        self.decoder_variable_selection = self._selection(shape.known, (), hidden)

        def residual(context: int | None = None) -> Any:
            return pf.GatedResidualNetwork(hidden, hidden, hidden, dropout, context)

        self.static_context_variable_selection = residual()
        self.static_context_initial_hidden_lstm = residual()
        self.static_context_initial_cell_lstm = residual()
        self.static_context_enrichment = residual()
        self.lstm_encoder = self._lstm()
        self.lstm_decoder = self._lstm()
        self.post_lstm_gate_encoder = pf.GatedLinearUnit(hidden, dropout=dropout)
        self.post_lstm_gate_decoder = self.post_lstm_gate_encoder
        self.post_lstm_add_norm_encoder = pf.AddNorm(hidden, trainable_add=False)
        self.post_lstm_add_norm_decoder = self.post_lstm_add_norm_encoder
        self.static_enrichment = residual(context=hidden)
        self.multihead_attn = pf.InterpretableMultiHeadAttention(
            n_head=shape.attention_heads, d_model=hidden, dropout=dropout
        )
        self.post_attn_gate_norm = pf.GateAddNorm(hidden, dropout=dropout, trainable_add=False)
        self.pos_wise_ff = residual()
        self.pre_output_gate_norm = pf.GateAddNorm(hidden, dropout=None, trainable_add=False)
        self.output_layer = nn.Linear(hidden, shape.outputs)

    def _selection(
        self, categoricals: Mapping[str, int], reals: Sequence[str], context: int | None
    ) -> Any:
        widths = self.input_embeddings.widths(categoricals)
        widths |= dict.fromkeys(reals, self.shape.hidden_continuous_size)
        return pf_modules().VariableSelectionNetwork(
            input_sizes=widths,
            hidden_size=self.shape.hidden_size,
            input_embedding_flags=dict.fromkeys(categoricals, True),
            dropout=self.shape.dropout,
            context_size=context,
            prescalers=self.prescalers,
        )

    def _lstm(self) -> nn.LSTM:
        layers = self.shape.lstm_layers
        return nn.LSTM(
            self.shape.hidden_size,
            self.shape.hidden_size,
            layers,
            batch_first=True,
            dropout=self.shape.dropout if layers > 1 else 0.0,
        )

    def forward(self, batch: WindowBatch) -> TFTOutput:
        """Forecast the quantiles of each window's decoder steps."""
        static_SH, static_weights = self._static(batch.static)
        context_SH = self.static_context_variable_selection(static_SH)
        rows_UH, encoder_weights = self._select_past(batch, context_SH)
        ahead_BDH, decoder_weights = self._select_ahead(batch, context_SH)
        past_BLH = rows_UH[batch.encoder]
        local_BTH = self._local(past_BLH, ahead_BDH, static_SH, batch.window_stock)
        output_BDH, attention = self._attend(local_BTH, static_SH, batch)
        return TFTOutput(
            quantiles=self.output_layer(output_BDH),
            attention=attention.mean(2)[..., : batch.encoder.shape[1]],
            encoder_weights=encoder_weights.squeeze(-2),
            decoder_weights=decoder_weights.squeeze(-2),
            static_weights=static_weights.squeeze(-2),
        )

    def _static(self, static: Tensor) -> tuple[Tensor, Tensor]:
        """Encode each stock; to nought where nothing is known of it."""
        if not self.shape.static:
            zeros = self.output_layer.weight.new_zeros(len(static), self.shape.hidden_size)
            return zeros, zeros[:, None, :0]
        inputs = self.input_embeddings(static, tuple(self.shape.static))
        encoded_SH, weights = self.static_variable_selection(inputs)
        return encoded_SH, weights

    def _select_past(self, batch: WindowBatch, context_SH: Tensor) -> tuple[Tensor, Tensor]:
        """Weigh the variables of each row; all rows at once in training, else in even portions."""
        portion = len(batch.stock) if self.training else SELECTED_ROWS
        rows = (batch.reals, batch.known, context_SH[batch.stock])
        portions = zip(*(torch.split(part, portion) for part in rows), strict=True)
        selected = [self._select_rows(*part) for part in portions]
        rows_UH, weights = (torch.cat(parts) for parts in zip(*selected, strict=True))
        return rows_UH, weights

    def _select_rows(self, reals: Tensor, known: Tensor, context: Tensor) -> tuple[Tensor, Tensor]:
        inputs = self.input_embeddings(known, tuple(self.shape.known))
        inputs |= {name: reals[:, i, None] for i, name in enumerate(self.shape.reals)}
        selected, weights = self.encoder_variable_selection(inputs, context)
        return selected, weights

    def _select_ahead(self, batch: WindowBatch, context_SH: Tensor) -> tuple[Tensor, Tensor]:
        """Weigh what is known of the sessions ahead; see `_select_calendar`."""
        if not self.training:
            ahead_SCH, weights = self._select_calendar(context_SH)
            cell_BD = torch.zeros_like(batch.ahead[..., 0])
            for i, size in enumerate(self.shape.known.values()):
                cell_BD = cell_BD * size + batch.ahead[..., i]
            stock_B1 = batch.window_stock[:, None]
            return ahead_SCH[stock_B1, cell_BD], weights[stock_B1, cell_BD]
        context_BH = context_SH[batch.window_stock]
        context_BDH = context_BH[:, None].expand(-1, batch.ahead.shape[1], -1)
        inputs = self.input_embeddings(batch.ahead, tuple(self.shape.known))
        ahead_BDH, weights = self.decoder_variable_selection(inputs, context_BDH)
        return ahead_BDH, weights

    def _select_calendar(self, context_SH: Tensor) -> tuple[Tensor, Tensor]:
        """Weigh every combination of known inputs for every stock.

        There are so few that forecasts look them up: rounding in matrices as narrow as these
        depends on a row's position, which here is always the same.
        """
        ranges = [
            torch.arange(size, device=context_SH.device) for size in self.shape.known.values()
        ]
        cells_SCK = torch.cartesian_prod(*ranges).expand(len(context_SH), -1, -1)
        context_SCH = context_SH[:, None].expand(-1, cells_SCK.shape[1], -1)
        inputs = self.input_embeddings(cells_SCK, tuple(self.shape.known))
        ahead_SCH, weights = self.decoder_variable_selection(inputs, context_SCH)
        return ahead_SCH, weights

    def _local(
        self, past_BLH: Tensor, ahead_BDH: Tensor, static_SH: Tensor, window_stock: Tensor
    ) -> Tensor:
        """Run the LSTMs over past and future steps, with their gated skip connection."""
        layers = self.shape.lstm_layers
        hidden = self.static_context_initial_hidden_lstm(static_SH)[window_stock]
        cell = self.static_context_initial_cell_lstm(static_SH)[window_stock]
        state = (hidden.repeat(layers, 1, 1), cell.repeat(layers, 1, 1))
        encoded_BLH, state = self.lstm_encoder(past_BLH, state)
        decoded_BDH, _ = self.lstm_decoder(ahead_BDH, state)
        steps_BTH = torch.cat([encoded_BLH, decoded_BDH], dim=1)
        inputs_BTH = torch.cat([past_BLH, ahead_BDH], dim=1)
        gated_BTH = self.post_lstm_gate_encoder(steps_BTH)
        local_BTH: Tensor = self.post_lstm_add_norm_encoder(gated_BTH, inputs_BTH)
        return local_BTH

    def _attend(
        self, local_BTH: Tensor, static_SH: Tensor, batch: WindowBatch
    ) -> tuple[Tensor, Tensor]:
        """Let each decoder step look at the past and at the decoder steps before it."""
        length, steps = batch.encoder.shape[1], batch.ahead.shape[1]
        context_BH = self.static_context_enrichment(static_SH)[batch.window_stock]
        context_BTH = context_BH[:, None].expand(-1, length + steps, -1)
        enriched_BTH = self.static_enrichment(local_BTH, context_BTH)
        ahead = torch.ones(steps, steps, dtype=torch.bool, device=local_BTH.device).triu()
        hidden = torch.cat([ahead.new_zeros(steps, length), ahead], dim=1)
        attended, attention = self.multihead_attn(
            q=enriched_BTH[:, length:],
            k=enriched_BTH,
            v=enriched_BTH,
            mask=hidden.expand(len(local_BTH), -1, -1),
        )
        attended = self.post_attn_gate_norm(attended, enriched_BTH[:, length:])
        output = self.pos_wise_ff(attended)
        return self.pre_output_gate_norm(output, local_BTH[:, length:]), attention
