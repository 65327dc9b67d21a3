"""What an audit is of: these data, and this code from prices to forecasts."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from vn30_training.market.vintage import identity
from vn30_training.models.registry import discover
from vn30_training.pipelines.data import nodes as data_nodes
from vn30_training.pipelines.family import nodes as family_nodes
from vn30_training.running.code import code_hash

_CHAIN = (
    *(data_nodes.align_panel, data_nodes.compute_features, data_nodes.compute_labels),
    *(family_nodes.fit, family_nodes.forecast),
)


def fingerprint(vintage: Mapping[str, Any], parameters: Mapping[str, Any]) -> str:
    """Return a hash that changes with the data, and with any code that forecasts follow from."""
    paths = [spec.path for spec in discover(parameters).values()]
    facts = [identity(vintage), *(code_hash(function, paths) for function in _CHAIN)]
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()
