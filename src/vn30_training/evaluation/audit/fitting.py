"""Fold-fit checks: what is fitted knows nothing outside the rows it may be fitted on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vn30_training.evaluation.audit.case import Case
from vn30_training.evaluation.audit.chain import Frame, Mask, Model
from vn30_training.evaluation.audit.findings import Finding
from vn30_training.files.manifest import MANIFEST_NAME

Y = ("y_raw", "y_z", "y_rank")
PREPARED = ("selection", "processors")
_FORECAST = ("y_pred", "score")

Parts = dict[str, bytes]


def fitted_parts(model: Model) -> Parts:
    """Return what a model saves, by part: selection, processors, calibration, model."""
    parts: Parts = {}
    with TemporaryDirectory() as root:
        folder = Path(root) / "model"
        model.save(folder)
        for file in sorted(folder.rglob("*")):
            if file.is_file() and file.name != MANIFEST_NAME:
                for part, content in _parts_of(file):
                    parts[part] = parts.get(part, b"") + content
    return parts


def _parts_of(file: Path) -> list[tuple[str, bytes]]:
    content = file.read_bytes()
    if file.name == "processors.json":
        state: dict[str, Any] = json.loads(content)
        chosen = {name: state.pop(name, None) for name in ("columns", "selection")}
        return [
            ("selection", json.dumps(chosen).encode()),
            ("processors", json.dumps(state).encode()),
        ]
    if file.name == "calibration.json":
        return [("calibration", content)]
    return [("model", content)]


def audit_fit(case: Case) -> list[Finding]:
    """Fit again with everything else changed, and compare what was fitted to the bit.

    Three worlds: noise after the validation span, nothing after it, and noise after the training
    span, in which only selection and processors must stay what they were.
    """
    until = case.fitted_until
    learned = case.mask("train") | case.mask("valid")
    last_train = case.labels.loc[case.mask("train"), "date"].max()
    later = (case.labels["date"] > until).to_numpy()
    after_train = (case.labels["date"] > last_train).to_numpy()
    noisy = noisy_tables(case, later, ~learned)
    findings = [
        _compare(case, "fit", noisy, "noise after the validation span"),
        _compare(case, "fit", _deleted(case, until), "nothing after the validation span"),
        _compare(
            case,
            "processors",
            noisy_tables(case, after_train, ~case.mask("train")),
            "noise after the training span",
            PREPARED,
        ),
    ]
    return findings


def noisy_tables(case: Case, features: Mask, labels: Mask) -> tuple[Frame, Frame]:
    """Return both tables with noise in those rows of the features, and in the labels' returns."""
    generator = np.random.default_rng(case.options.seed)
    columns = _feature_columns(case)
    values = case.features[columns].to_numpy(copy=True)
    values[features] *= np.exp(
        0.5 * generator.standard_normal((int(features.sum()), len(columns)), dtype=np.float32)
    )
    noisy = case.features[["symbol", "date"]].join(
        pd.DataFrame(values, columns=columns, index=case.features.index)
    )
    changed = case.labels.assign(
        **{name: _noise(case.labels[name], labels, generator) for name in Y}
    )
    return noisy, changed


def _feature_columns(case: Case) -> list[str]:
    return [str(name) for name in case.features if name not in ("symbol", "date")]


def _noise(column: pd.Series, rows: Mask, generator: np.random.Generator) -> NDArray[Any]:
    values = column.to_numpy(copy=True)
    scale = np.nanstd(values)
    values[rows] = scale * generator.standard_normal(int(rows.sum()))
    return values


def _deleted(case: Case, until: pd.Timestamp) -> tuple[Frame, Frame]:
    """Return both tables up to a day; the list of symbols is the universe's, and stays."""
    begun = case.labels.groupby("symbol")["date"].transform("min") <= until
    kept = (~begun | (case.labels["date"] <= until)).to_numpy()
    return case.features[kept].reset_index(drop=True), case.labels[kept].reset_index(drop=True)


def _compare(
    case: Case,
    check: str,
    tables: tuple[Frame, Frame],
    world: str,
    only: Sequence[str] = (),
) -> Finding:
    wanted = fitted_parts(case.model)
    model = case.chain.train(*tables, case.split)
    parts = fitted_parts(model)
    differing = [part for part in wanted if parts.get(part) != wanted[part]]
    if not only and not differing and not _same_forecasts(case, model):
        differing = ["model"]
    if only:
        differing = [part for part in differing if part in only]
    if not differing:
        detail = f"bit-equal with {world}"
        return Finding(check, case.name, "pass", detail=detail)
    if fitted_parts(case.chain.train(case.features, case.labels, case.split)) != wanted:
        detail = "two fits on the same rows differ; run on one thread to ask this"
        return Finding(check, case.name, "skipped", detail=detail)
    detail = f"{' and '.join(differing)} changed with {world}"
    return Finding(check, case.name, "fail", _sickness(case, differing), detail)


def _same_forecasts(case: Case, model: Model) -> bool:
    rows = case.mask("test")
    one, two = (
        case.chain.forecast(each, case.features, case.labels, rows)[[*_FORECAST]].to_numpy()
        for each in (case.model, model)
    )
    return bool(one.shape == two.shape and np.array_equal(one, two, equal_nan=True))


def _sickness(case: Case, differing: Sequence[str]) -> str:
    """Name the first part of the chain that was fitted on too much."""
    if "selection" in differing:
        return "selection on all data"
    if "processors" in differing:
        return "processors fitted on all data"
    if "model" not in differing:
        return "calibrated on all data"
    return "graph of all data" if _keeps_with_scales(case) else "fitted on all data"


def _keeps_with_scales(case: Case) -> bool:
    """Return whether the fit stays when each stock's later numbers are scaled by a power of two.

    Correlations stay bit-equal then, and nothing else that is learned from those numbers does.
    """
    learned = case.mask("train") | case.mask("valid")
    later = (case.labels["date"] > case.fitted_until).to_numpy()
    code = pd.factorize(case.labels["symbol"])[0] % 3 + 1
    factor = (2.0**code).astype(np.float32)
    columns = _feature_columns(case)
    features = case.features.copy()
    features[columns] = features[columns].to_numpy() * np.where(later, factor, 1.0)[:, None].astype(
        np.float32
    )
    labels = case.labels.assign(
        **{name: case.labels[name] * np.where(~learned & later, factor, 1.0) for name in Y}
    )
    parts = fitted_parts(case.chain.train(features, labels, case.split))
    return parts == fitted_parts(case.model)
