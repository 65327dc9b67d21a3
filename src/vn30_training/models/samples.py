"""From tables of features and labels to the arrays a family reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vn30_training.features.processors import ProcessorChain
from vn30_training.features.processors.cross_section import CrossSectionProcessor, ProcessInf
from vn30_training.features.sets import resolve
from vn30_training.models.contract import Samples
from vn30_training.models.options import InstanceOptions
from vn30_training.models.scope import POOLED_NAME, Scope
from vn30_training.models.selection.selector import Selected, select
from vn30_training.models.selection.steps import Step

Mask = NDArray[np.bool_]
KEYS = ["symbol", "date"]


@dataclass(frozen=True)
class Preparation:
    """How an instance reads tables: which columns, processed how, symbols coded how.

    Attributes
    ----------
    columns
        The features read.
    chain
        Their processors, fitted on training rows.
    label
        The column of labels that is learned.
    minimum_features
        Share of ``columns`` that must be known for a row to be used.
    sectors
        Sector of each symbol; the order of the keys gives the symbols their codes.
    selection
        Which of the processed features are handed on; None hands on all. Processors treat every
        column by itself, so the ones kept are what they would be had they been chosen before.
        Which rows are usable is judged by all of ``columns``, so selection changes no row.
    """

    columns: tuple[str, ...]
    chain: ProcessorChain
    label: Literal["y_raw", "y_z", "y_rank"]
    minimum_features: float
    sectors: dict[str, str]
    selection: Selected | None = None

    @classmethod
    def choose(
        cls,
        features: pd.DataFrame,
        labels: pd.DataFrame,
        options: InstanceOptions,
        sectors: Mapping[str, str],
    ) -> Self:
        """Return what the options ask for, the processors not fitted yet.

        Raises
        ------
        ValueError
            If a feature or a processor is unknown or does not suit the scope.
        """
        chain = ProcessorChain.from_config(options.processors)
        _check_scope(chain, options)
        return cls(
            columns=resolve(options.features, tuple(features.columns.drop(KEYS))),
            chain=chain,
            label=options.label,
            minimum_features=options.minimum_features,
            sectors={name: sectors.get(name, "unknown") for name in labels["symbol"].unique()},
        )

    def fit(self, features: pd.DataFrame, train: Mask) -> None:
        """Fit the processors on the rows where ``train`` is true."""
        self.chain.fit(features[[*KEYS, *self.columns]], train)

    def select(
        self, features: pd.DataFrame, labels: pd.DataFrame, train: Mask, steps: Sequence[Step]
    ) -> Self:
        """Return the same preparation, handing on what ``steps`` choose on the rows of ``train``.

        Relevance is a matter of what the model will see, so the processors must be fitted before.
        """
        rows = np.flatnonzero(train)
        samples = self.samples(features, labels).at(rows)
        label_end = labels["label_end"].to_numpy()[rows]
        return replace(self, selection=select(samples, label_end, steps))

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The features that a model is trained on."""
        return self.columns if self.selection is None else self.selection.selected

    def usable(self, features: pd.DataFrame, labels: pd.DataFrame) -> Mask:
        """Return the rows with enough known features and a known volatility."""
        known = np.isfinite(features[list(self.columns)].to_numpy()).mean(axis=1)
        volatility = labels["volatility"].to_numpy()
        usable: Mask = (known > 0) & (known >= self.minimum_features) & (volatility > 0)
        return usable

    def learnable(self, features: pd.DataFrame, labels: pd.DataFrame) -> Mask:
        """Return the usable rows whose label is known."""
        known = np.isfinite(labels[self.label].to_numpy()) & np.isfinite(labels["y_raw"].to_numpy())
        learnable: Mask = self.usable(features, labels) & known
        return learnable

    def samples(self, features: pd.DataFrame, labels: pd.DataFrame) -> Samples:
        """Process the features; the samples' ``rows`` are the usable ones."""
        processed = self.chain.transform(features[[*KEYS, *self.columns]])
        if len(processed) != len(features):
            raise ValueError("Processors of features must keep every row; drop rows by the label.")
        values = processed.drop(columns=KEYS)
        if self.selection is not None:
            values = values[list(self.selection.selected)]
        symbols, sectors = self._codes(labels["symbol"])
        return Samples(
            features=np.ascontiguousarray(values.to_numpy(dtype=np.float32)),
            feature_names=tuple(values.columns),
            label=labels[self.label].to_numpy(dtype=np.float32),
            y_true=labels["y_raw"].to_numpy(dtype=np.float64),
            volatility=labels["volatility"].to_numpy(dtype=np.float64),
            symbol=symbols,
            symbol_names=tuple(self.sectors),
            sector=sectors,
            sector_names=self.sector_names,
            date=labels["date"].to_numpy().astype("datetime64[D]"),
            rows=np.flatnonzero(self.usable(features, labels)),
        )

    @property
    def sector_names(self) -> tuple[str, ...]:
        """The sectors, in the order of their codes."""
        return tuple(sorted(set(self.sectors.values())))

    def _codes(self, symbol: pd.Series) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        codes = pd.Index(list(self.sectors)).get_indexer(symbol.array).astype(np.int32)
        order = {name: code for code, name in enumerate(self.sector_names)}
        # One more entry: the code -1 of an unknown symbol reads it.
        of_symbol = np.array([*(order[name] for name in self.sectors.values()), -1], dtype=np.int32)
        return codes, of_symbol[codes]

    def to_state(self) -> dict[str, Any]:
        """Return what `from_state` reads, as JSON values."""
        selection = {} if self.selection is None else {"selection": self.selection.to_state()}
        return {
            "columns": list(self.columns),
            "chain": self.chain.to_state(),
            "label": self.label,
            "minimum_features": self.minimum_features,
            "symbols": list(self.sectors),
            "sectors": list(self.sectors.values()),
            **selection,
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Rebuild what `to_state` returned."""
        selection = state.get("selection")
        return cls(
            columns=tuple(state["columns"]),
            chain=ProcessorChain.from_state(state["chain"]),
            label=state["label"],
            minimum_features=state["minimum_features"],
            sectors=dict(zip(state["symbols"], state["sectors"], strict=True)),
            selection=None if selection is None else Selected.from_state(selection),
        )


def _check_scope(chain: ProcessorChain, options: InstanceOptions) -> None:
    across = [
        type(one).__name__
        for one in chain.infer
        if isinstance(one, CrossSectionProcessor) and not isinstance(one, ProcessInf)
    ]
    if across and options.scope != POOLED_NAME:
        raise ValueError(
            f"{options.family}.{options.scope}: {', '.join(across)} compares the symbols of a day "
            f"and this scope has one; use it for {options.family}.{POOLED_NAME} only."
        )


def in_scope(labels: pd.DataFrame, scope: Scope) -> Mask:
    """Return the rows that belong to a scope: those of its symbol, or all."""
    if scope.symbol is None:
        return np.ones(len(labels), dtype=bool)
    return np.asarray(labels["symbol"] == scope.symbol, dtype=bool)


def within(table: pd.DataFrame, rows: Mask) -> pd.DataFrame:
    """Return the rows of a table, or the table itself, not copied, where that is all of them."""
    return table if rows.all() else table[rows]
