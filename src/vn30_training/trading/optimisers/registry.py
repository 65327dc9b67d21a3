"""The optimisers by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vn30_training.trading.optimisers.contract import Optimiser
from vn30_training.trading.optimisers.mean_variance import (
    MeanVariance,
    MinimumVariance,
    Tracking,
    TurnoverAware,
)
from vn30_training.trading.optimisers.risk_parity import HierarchicalParity, RiskParity
from vn30_training.trading.optimisers.simple import EqualWeight, InverseVolatility, TradedValue

OPTIMISERS: dict[str, type[Optimiser]] = {
    "equal_weight": EqualWeight,
    "inverse_volatility": InverseVolatility,
    "minimum_variance": MinimumVariance,
    "mean_variance": MeanVariance,
    "risk_parity": RiskParity,
    "hrp": HierarchicalParity,
    "tracking": Tracking,
    "turnover_aware": TurnoverAware,
    "traded_value": TradedValue,
}


def make_optimiser(name: str, options: Mapping[str, Any] | None = None) -> Optimiser:
    """Return the optimiser of that name.

    Parameters
    ----------
    name
        A key of `OPTIMISERS`.
    options
        What differs from its defaults.

    Raises
    ------
    ValueError
        If there is no such optimiser, or it has no such option.
    """
    if name not in OPTIMISERS:
        raise ValueError(f"no optimiser {name!r}; there are {', '.join(OPTIMISERS)}")
    return OPTIMISERS[name].model_validate(dict(options or {}))
