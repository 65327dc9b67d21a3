"""What an audit is of: these data, this configuration, and this code from prices to forecasts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vn30_training.evaluation.folds import choose_preset
from vn30_training.market.vintage import content
from vn30_training.models.registry import discover
from vn30_training.pipelines.data import nodes as data_nodes
from vn30_training.pipelines.family import nodes as family_nodes
from vn30_training.running.code import code_hash
from vn30_training.running.hashing import canonical, hash_text

_CHAIN = (
    *(data_nodes.align_panel, data_nodes.compute_features, data_nodes.compute_labels),
    *(family_nodes.fit, family_nodes.forecast),
)
_SHARED = ("label", "features", "split", "universe")


def fingerprint(vintage: Mapping[str, Any], parameters: Mapping[str, Any]) -> dict[str, str]:
    """Return a hash of each thing that forecasts follow from: data, code and configuration.

    Sessions added to the data and a new adjustment of the same prices leave theirs as it is;
    options that nothing uses, such as other variants, leave that of the configuration.
    """
    paths = [spec.path for spec in discover(parameters).values()]
    return {
        "data": vintage.get("past") or content(vintage),
        "code": hash_text(canonical([code_hash(function, paths) for function in _CHAIN])),
        "configuration": hash_text(canonical(_used(parameters))),
    }


def _used(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters that decide what is learned, from what, and how it is tested."""
    return {
        **{name: parameters[name] for name in _SHARED},
        "walk_forward": choose_preset(parameters["walk_forward"]),
        "families": {
            name: _of_family(parameters[name], _chosen(parameters["variant"], name))
            for name in discover(parameters)
        },
    }


def _chosen(variant: Any, family: str) -> Any:
    return variant.get(family) if isinstance(variant, Mapping) else variant


def _of_family(entry: Mapping[str, Any], variant: Any) -> dict[str, Any]:
    return {**entry, "variants": entry.get("variants", {}).get(variant)}
