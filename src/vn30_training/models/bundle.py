"""The files of a trained instance: written beside the old ones, checked before they are read."""

from __future__ import annotations

import importlib.metadata
import json
import math
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from vn30_training.files import (
    atomic_folder,
    verify_manifest,
    write_json,
    write_manifest,
    write_text,
)
from vn30_training.models.contract import Family
from vn30_training.models.registry import family_class

DOCUMENTS = ("metadata", "processors", "calibration")
TABLES = ("learning_curve", "feature_importance")
_DISTRIBUTIONS = ("vn30-training", "numpy", "pandas", "lightgbm", "torch", "pytorch-forecasting")


@dataclass(frozen=True, slots=True)
class Bundle:
    """What the files of an instance hold."""

    models: dict[int, Family]
    documents: dict[str, Any]
    tables: dict[str, pd.DataFrame]


def write(
    folder: Path,
    models: Mapping[int, Family],
    documents: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
) -> None:
    """Write an instance's files into ``folder``, the manifest last.

    A process killed at any moment leaves the previous version, or nothing, or the new one.
    """
    with atomic_folder(folder) as temporary:
        for seed, model in models.items():
            own = temporary / f"seed_{seed}"
            own.mkdir()
            model.save(own)
        for name, document in documents.items():
            write_json(temporary / f"{name}.json", without_nan(document))
        for name, table in tables.items():
            write_text(temporary / f"{name}.csv", table.to_csv(index=False, lineterminator="\n"))
        write_manifest(temporary)


def read(folder: Path) -> Bundle:
    """Read what `write` wrote; no loader sees a byte before the manifest has vouched for it.

    Raises
    ------
    ArtefactError
        If the manifest is missing or disagrees with any file.
    """
    verify_manifest(folder)
    documents = {
        name: json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        for name in DOCUMENTS
    }
    options = documents["metadata"]["options"]
    family = family_class(options["path"])
    return Bundle(
        models={int(seed): family.load(folder / f"seed_{int(seed)}") for seed in options["seeds"]},
        documents=documents,
        tables={
            name: pd.read_csv(folder / f"{name}.csv", float_precision="round_trip")
            for name in TABLES
        },
    )


def versions() -> dict[str, str]:
    """Return the versions of Python and the packages that decide what a model is."""
    packages = {name: importlib.metadata.version(name) for name in _DISTRIBUTIONS}
    return {"python": platform.python_version(), **packages}


def without_nan(value: Any) -> Any:
    """Return JSON values with every number that JSON lacks (NaN, infinities) as None."""
    if isinstance(value, Mapping):
        return {str(key): without_nan(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [without_nan(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
