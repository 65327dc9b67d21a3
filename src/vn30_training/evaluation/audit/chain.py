"""The chain under audit, from prices to scores, each part of which can be another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vn30_training.features.alpha158.modes import Mode
from vn30_training.features.labels import LabelOptions, build_labels
from vn30_training.features.table import build_features
from vn30_training.market.membership import build_panel
from vn30_training.models.options import InstanceOptions
from vn30_training.models.scope import POOLED_NAME, Scope
from vn30_training.models.training import Split, train

Mask = NDArray[np.bool_]
Frame = pd.DataFrame


class Model(Protocol):
    """What an audit needs of a trained instance; `models.forecaster.Forecaster` has it."""

    def forecast(self, features: Frame, labels: Frame, rows: Any) -> Frame:
        """Return tidy forecasts of those rows."""

    def save(self, folder: Path) -> None:
        """Write all that was fitted."""


@dataclass(frozen=True)
class Chain:
    """Everything that happens between prices and scores.

    Attributes
    ----------
    panel
        Of prices, sessions and members.
    features
        Of a panel.
    labels
        Of a panel and sessions.
    train
        Of features, labels and a split; with selection and processors.
    forecast
        Of a model, features, labels and a mask of rows; with whatever is done to the scores.
    """

    panel: Callable[[Frame, Frame, Frame], Frame]
    features: Callable[[Frame], Frame]
    labels: Callable[[Frame, Frame], Frame]
    train: Callable[[Frame, Frame, Split], Model]
    forecast: Callable[[Model, Frame, Frame, Mask], Frame]


def data_chain(sectors: Mapping[str, str], label_options: LabelOptions, mode: Mode) -> Chain:
    """Return the project's own chain up to labels; it trains nothing."""

    def untrained(*_: Any) -> Model:
        raise TypeError("This chain ends at the labels.")

    return Chain(
        panel=lambda prices, sessions, members: build_panel(prices, sessions, members, sectors),
        features=lambda panel: build_features(panel, mode),
        labels=lambda panel, sessions: build_labels(panel, sessions, label_options),
        train=untrained,
        forecast=lambda model, features, labels, rows: model.forecast(features, labels, rows),
    )


def family_chain(
    base: Chain, options: InstanceOptions, scope: Scope, sectors: Mapping[str, str]
) -> Chain:
    """Return the chain with the training of one instance at its end.

    A fine-tuned one is trained from a pooled one, which is trained before.
    """

    def trained(features: Frame, labels: Frame, split: Split) -> Model:
        start = None
        if scope.kind == "finetuned":
            pooled = options.model_copy(update={"scope": POOLED_NAME})
            tables = features, labels, split
            start = train(*tables, pooled, Scope("pooled"), sectors=sectors)
        return train(features, labels, split, options, scope, sectors=sectors, start=start)

    return replace(base, train=trained)
