"""Long short-term memory network over windows of features, as in qlib's Alpha158 benchmark."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import Field, PositiveInt
from torch import Tensor, nn

from vn30_training.models.contract import Capabilities, Prediction
from vn30_training.models.neural.family import NeuralFamily
from vn30_training.models.neural.options import TrainerOptions
from vn30_training.models.neural.windows import WindowTable

EXPLAINED_ROWS = 2048


class LSTMOptions(TrainerOptions):
    """Options of the LSTM.

    Attributes
    ----------
    steps
        Sessions in a window, the newest included.
    hidden_size, layers, dropout
        Units per layer, layers on top of each other, and dropout between them.
    """

    steps: PositiveInt = 20
    hidden_size: PositiveInt = 32
    layers: PositiveInt = 2
    dropout: float = Field(default=0.0, ge=0, lt=1)


class LSTMNetwork(nn.Module):
    """Stacked LSTM whose newest hidden state is mapped to one number."""

    def __init__(self, features: int, hidden_size: int, layers: int, dropout: float) -> None:
        super().__init__()
        self.lstm = nn.LSTM(
            features, hidden_size, layers, batch_first=True, dropout=dropout if layers > 1 else 0.0
        )
        self.head = nn.Linear(hidden_size, 1)

    def forward(self, windows: Tensor) -> Tensor:
        """Map windows, shape (batch, steps, features), to forecasts, shape (batch,)."""
        states, _ = self.lstm(windows)
        forecast: Tensor = self.head(states[:, -1]).squeeze(-1)
        return forecast.float()


class LSTM(NeuralFamily):
    """LSTM trained on the squared error of the label; its quantiles come from calibration.

    Importance is the mean over validation windows of abs(gradient x input), summed over the
    window (Shrikumar et al. 2016), which for a standardised feature says how much of the forecast
    it moves.
    """

    options_type = LSTMOptions
    capabilities = Capabilities(
        sequences=True, finetune=True, explain=True, seeded=True, iterates=True
    )
    options: LSTMOptions

    @property
    def window(self) -> int:
        """Rows that the network looks at, the newest included."""
        return self.options.steps

    def _build(self) -> nn.Module:
        options = self.options
        return LSTMNetwork(
            len(self.inputs["features"]), options.hidden_size, options.layers, options.dropout
        )

    def _losses(self, table: WindowTable, rows: Tensor) -> Tensor:
        return (self._outputs(table, rows) - table.label[rows]).square()

    def _outputs(self, table: WindowTable, rows: Tensor) -> Tensor:
        outputs: Tensor = self.network(table.features[table.index(rows, self.window)])
        return outputs

    def _prediction(self, outputs: NDArray[np.float64]) -> Prediction:
        return Prediction(score=outputs)

    def _explain(self, table: WindowTable, rows: Tensor) -> None:
        some = rows[:: -(-len(rows) // EXPLAINED_ROWS)]
        windows = table.features[table.index(some, self.window)].requires_grad_()
        (gradient,) = torch.autograd.grad(self.network(windows).sum(), windows)
        moved = (gradient * windows).abs().sum(1).mean(0).tolist()
        self.diagnostics.importance = dict(zip(self.inputs["features"], moved, strict=True))
