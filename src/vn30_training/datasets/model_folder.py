"""Fitted models as folders with a manifest."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from vn30_training.datasets.base import PathDataset
from vn30_training.files import atomic_folder, sha256_file
from vn30_training.files.manifest import MANIFEST_NAME
from vn30_training.models.scope import Scope


class ModelFolderDataset(PathDataset):
    """The fitted model of one instance.

    It is any object with ``save(folder)`` that writes a manifest last. The manifest stands for the
    content: it holds the sha256 of every other file, and `load` checks them.

    Parameters
    ----------
    filepath
        The folder of all models, a layer of the data root; the model's own folder lies below it:
        ``symbols/VCB/tft``, ``pooled/tft`` or ``finetuned/VCB/tft``.
    family, scope
        Whose model it is; ``scope`` as in namespaces.
    loader
        ``package.module:Class`` of the class whose ``load(folder)`` reads the model.
    """

    def __init__(
        self,
        *,
        filepath: str,
        family: str,
        scope: str,
        loader: str = "vn30_training.models.forecaster:Forecaster",
        metadata: dict[str, Any] | None = None,
    ) -> None:
        folder = f"{filepath}/{Scope.parse(scope).folder}/{family}"
        super().__init__(filepath=folder, metadata=metadata)
        self._loader = loader

    def files(self) -> list[Path]:
        """Return the manifest, which is written last and names all other files."""
        return [self.path / MANIFEST_NAME]

    def load(self) -> Any:
        """Return the model, after checking every file against the manifest."""
        module, _, name = self._loader.partition(":")
        return getattr(importlib.import_module(module), name).load(self.path)

    def save(self, data: Any) -> None:
        """Write the model; the old one is replaced once the new one is whole."""
        with atomic_folder(self.path) as folder:
            data.save(folder)
            if not (folder / MANIFEST_NAME).is_file():
                raise ValueError(f"{type(data).__name__}.save wrote no {MANIFEST_NAME}.")

    def content_hash(self) -> str:
        """Return the sha256 of the manifest."""
        return sha256_file(self.path / MANIFEST_NAME)

    def referring_text(self) -> str:
        """Return text in which names of classes, ``package.module:Class``, may stand."""
        return "\n".join(path.read_text(encoding="utf-8") for path in self.path.glob("*.json"))
