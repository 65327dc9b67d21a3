"""What the network families have in common: fitting, predicting, fine-tuning and files."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from vn30_training.files import write_json
from vn30_training.models.check import Check, check_model
from vn30_training.models.contract import Diagnostics, Family, Prediction, Samples
from vn30_training.models.neural.checkpoint import (
    Progress,
    fit_fingerprint,
    read_weights,
    write_weights,
)
from vn30_training.models.neural.device import autocast, choose_device, deterministic
from vn30_training.models.neural.options import TrainerOptions
from vn30_training.models.neural.preflight import check_network, training_bytes
from vn30_training.models.neural.trainer import Trainer
from vn30_training.models.neural.windows import WindowTable, check_finite, complete_rows, fill_up

if TYPE_CHECKING:
    from pathlib import Path

WEIGHTS_NAME = "weights.safetensors"
NETWORK_NAME = "network.json"
PREDICTION_ROWS = 512
COLLAPSED = 1e-4


class NeuralFamily(Family):
    """A network over windows of rows. A subclass supplies the network and its loss.

    Attributes
    ----------
    options
        What it was built and trained with.
    inputs
        What it must be fed with, as JSON values: ``features``, and what the subclass adds.
    network
        The network, in evaluation mode.
    """

    options_type: ClassVar[type[TrainerOptions]]
    options: Any
    inputs: dict[str, Any]
    network: nn.Module

    def __init__(self, options: Any, inputs: dict[str, Any]) -> None:
        self.options = options
        self.inputs = inputs
        self.device = choose_device(options.device)
        self.network = self._build().to(self.device).eval()
        self.diagnostics = Diagnostics()

    # What a subclass supplies.

    @property
    @abstractmethod
    def window(self) -> int:
        """Rows that the network looks at, the newest included."""

    @classmethod
    def _inputs(cls, train: Samples) -> dict[str, Any]:
        """Return what the network must be fed with."""
        return {"features": list(train.feature_names)}

    @abstractmethod
    def _build(self) -> nn.Module:
        """Return a new network for ``self.options`` and ``self.inputs``."""

    def _start(self, labels: Tensor) -> None:
        """Adapt a new network's first weights to the labels that it will learn."""

    def _codes(self, data: Samples) -> Mapping[str, NDArray[np.int64]]:  # noqa: ARG002
        """Return whatever the network wants to know about rows beside their features."""
        return {}

    @abstractmethod
    def _losses(self, table: WindowTable, rows: Tensor) -> Tensor:
        """Return the loss of each row, shape (rows,)."""

    @abstractmethod
    def _outputs(self, table: WindowTable, rows: Tensor) -> Tensor:
        """Return the network's forecast of each row's label, shape (rows,) or (rows, outputs)."""

    @abstractmethod
    def _prediction(self, outputs: NDArray[np.float64]) -> Prediction:
        """Turn forecasts into scores and quantiles."""

    def _resting(self) -> tuple[str, ...]:
        """Return how the names of parameters begin that these inputs cannot reach."""
        return ()

    @abstractmethod
    def _explain(self, table: WindowTable, rows: Tensor) -> None:
        """Write importance, and facts about it, into the diagnostics."""

    # What they share.

    @classmethod
    def fit(cls, train: Samples, valid: Samples, options: Any, seed: int) -> Self:
        """Train a new network; see `Family.fit`."""
        with deterministic(choose_device(options.device)):
            torch.manual_seed(seed)
            model = cls(options, cls._inputs(train))
            model._train(train, valid, options, seed, keep_start=False)
        return model

    def finetune(self, train: Samples, valid: Samples, options: Any, seed: int) -> Self:
        """Train a copy of this network further; the copy is never worse on ``valid``."""
        self._check_shape(options)
        further = options.model_copy(
            update={
                "epochs": options.finetune_epochs,
                "learning_rate": options.finetune_learning_rate,
            }
        )
        with deterministic(choose_device(options.device)):
            model = type(self)(options, self.inputs)
            write_weights(model.network, read_weights(self.network))
            model._train(train, valid, further, seed, keep_start=True)
        return model

    def predict(self, data: Samples) -> Prediction:
        """Predict ``data.rows``; windows that begin too early repeat the symbol's first row."""
        self._check_inputs(data)
        table = self._table(data)
        with deterministic(self.device):
            return self._forecast(table, torch.tensor(data.rows, device=self.device))

    def save(self, folder: Path) -> None:
        """Write weights as safetensors, options and inputs as JSON."""
        save_file(read_weights(self.network), folder / WEIGHTS_NAME)
        facts = {"options": self.options.model_dump(mode="json"), "inputs": self.inputs}
        write_json(folder / NETWORK_NAME, facts)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote; diagnostics are not among it."""
        facts = json.loads((folder / NETWORK_NAME).read_text(encoding="utf-8"))
        options = cls.options_type.model_validate(facts["options"])
        with torch.random.fork_rng([]):
            model = cls(options, facts["inputs"])
        write_weights(model.network, load_file(folder / WEIGHTS_NAME))
        return model

    @classmethod
    def preflight(cls, train: Samples, valid: Samples, options: Any, seed: int) -> Iterator[Check]:
        """Check one batch, its gradients, and that a new network can learn it by heart."""
        with deterministic(choose_device(options.device)):
            torch.manual_seed(seed)
            model = cls(options, cls._inputs(train))
            table, rows = model._table(train, valid), model._complete(train, "training")
            model._start(table.label[rows])
            yield from check_network(
                model.network,
                lambda some: model._losses_as_trained(table, some),
                lambda some: model._prediction(model._outputs(table, some).double().cpu().numpy()),
                table.label,
                rows[torch.randperm(len(rows))[: options.batch_size].to(rows.device)],
                resting=model._resting(),
            )
        model.network.eval()
        yield from check_model(model, valid)

    @classmethod
    def working_bytes(cls, train: Samples, options: Any) -> int:
        """Estimate parameters and optimiser state, the table of rows, and one batch's activations.

        See `Family.working_bytes`; a GPU's memory is not told from the machine's.
        """
        model = cls(options, cls._inputs(train))
        table, rows = model._table(train), model._complete(train, "training")
        model.network.train()
        batch = rows[: options.batch_size]
        return train.features.nbytes + training_bytes(
            model.network, lambda some: model._losses_as_trained(table, some), batch
        )

    def _losses_as_trained(self, table: WindowTable, rows: Tensor) -> Tensor:
        with autocast(self.device, self.options.precision):
            return self._losses(table, rows)

    def _train(
        self, train: Samples, valid: Samples, options: Any, seed: int, *, keep_start: bool
    ) -> None:
        self._check_inputs(train)
        train_rows = self._complete(train, "training")
        valid_rows = self._complete(valid, "validation")
        table = self._table(train, valid)
        if not keep_start:
            self._start(table.label[train_rows])
        trainer = Trainer(
            self.network,
            lambda rows: self._losses(table, rows),
            options,
            seed,
            self._checkpoint(train, valid, options, seed),
        )
        progress = trainer.fit(train_rows, valid_rows, keep_start=keep_start)
        self.network.eval()
        self._diagnose(table, valid_rows, progress)

    def _complete(self, data: Samples, part: str) -> Tensor:
        rows = complete_rows(data, self.window)
        if not len(rows):
            raise ValueError(
                f"No {part} row has the {self.window} sessions of history that a window needs;"
                " give the symbol more history or shorten the window."
            )
        return torch.tensor(rows, device=self.device)

    def _checkpoint(self, train: Samples, valid: Samples, options: Any, seed: int) -> Path | None:
        if options.checkpoints is None:
            return None
        facts = f"{type(self).__name__} {seed} {options.model_dump_json()} {self.inputs}"
        name = fit_fingerprint(self.network, train, valid, facts)
        return options.checkpoints / f"{name}.safetensors"  # type: ignore[no-any-return]

    def _diagnose(self, table: WindowTable, valid_rows: Tensor, progress: Progress) -> None:
        self.diagnostics = Diagnostics(
            learning_curve=progress.curve,
            facts={
                "best_epoch": progress.best_epoch,
                "best_valid_loss": progress.best_loss,
                "epochs": progress.epoch,
                "parameters": sum(p.numel() for p in self.network.parameters()),
                "batch_limit": progress.batch_limit,
                "device": str(self.device),
            },
            degenerate=progress.failure,
        )
        if progress.failure is None:
            self.diagnostics.degenerate = self._collapse(table, valid_rows)
            self._explain(table, valid_rows)

    def _collapse(self, table: WindowTable, rows: Tensor) -> str | None:
        """Say so if the forecasts of ``rows`` hardly differ from each other."""
        spread = float(self._forecast(table, rows).score.std())
        scale = float(table.label[rows].std(correction=0))
        if spread > COLLAPSED * scale:
            return None
        return f"collapsed: its forecasts of the validation span vary by only {spread:.1e}"

    def _table(self, data: Samples, valid: Samples | None = None) -> WindowTable:
        span = np.zeros(len(data.symbol), dtype=np.int64)
        for number, part in enumerate(filter(None, (data, valid)), start=1):
            check_finite(part, self.window)
            span[part.rows] = number
        return WindowTable.build(data, span, self._codes(data), self.device)

    @torch.no_grad()
    def _forecast(self, table: WindowTable, rows: Tensor) -> Prediction:
        with autocast(self.device, self.options.precision):
            batches = torch.split(fill_up(rows, PREDICTION_ROWS), PREDICTION_ROWS)
            outputs = torch.cat([self._outputs(table, batch) for batch in batches])
        return self._prediction(outputs[: len(rows)].double().cpu().numpy())

    def _check_inputs(self, data: Samples) -> None:
        if list(data.feature_names) != self.inputs["features"]:
            raise ValueError(
                f"The network was trained on {len(self.inputs['features'])} features"
                f" ({self.inputs['features'][:3]} ...), not on these {len(data.feature_names)}."
            )

    def _check_shape(self, options: Any) -> None:
        trained = set(TrainerOptions.model_fields)
        for name in set(type(options).model_fields) - trained:
            if getattr(options, name) != getattr(self.options, name):
                raise ValueError(
                    f"{name} is {getattr(options, name)} here and {getattr(self.options, name)} in"
                    " the pooled model: fine-tuning cannot change the network."
                )
