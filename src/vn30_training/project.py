"""The parameters that decide which nodes exist: the universe and the families.

Kedro asks for the pipelines before it says which parameters hold. A hook therefore puts the
parameters of the run here (`use`); without a run, as in ``kedro registry list``, they are read from
the project's configuration.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from vn30_training.market.symbols import map_symbols
from vn30_training.models.registry import FamilySpec, discover
from vn30_training.models.scope import Scope

_parameters: dict[str, Any] | None = None


def use(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Take the raw parameters of a run, complete them, and return them completed."""
    global _parameters
    _parameters = complete(parameters)
    return _parameters


def parameters() -> dict[str, Any]:
    """Return the completed parameters of the run, or those of the configuration."""
    return use(_read_configuration()) if _parameters is None else _parameters


def complete(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Add to the parameters what follows from them.

    ``symbols``, a list or the names in one string, narrows the universe or replaces it;
    ``variant`` is also read from the environment, as MODEL_VARIANT;
    ``instances`` tells every node of an instance which family and scope it works for.
    """
    variant = parameters.get("variant") or os.environ.get("MODEL_VARIANT")
    completed = {**parameters, "universe": _universe(parameters), "variant": variant}
    symbols = completed["universe"]["symbols"]
    completed["instances"] = {
        name: {scope.name: {"family": name, "scope": scope.name} for scope in scopes(spec, symbols)}
        for name, spec in discover(completed).items()
    }
    return completed


def scopes(family: FamilySpec, symbols: Iterable[str]) -> list[Scope]:
    """Return a family's scopes, the pooled one first: it takes longest, others start from it."""
    own = [Scope("symbol", symbol) for symbol in symbols]
    tuned = [Scope("finetuned", symbol) for symbol in symbols]
    return [scope for scope in (Scope("pooled"), *own, *tuned) if scope.kind in family.scopes]


def _universe(parameters: Mapping[str, Any]) -> dict[str, Any]:
    universe = dict(parameters["universe"])
    known = universe["symbols"]
    chosen = parameters.get("symbols") or list(known)
    if isinstance(chosen, str):
        chosen = chosen.replace("+", " ").replace(",", " ").split()
    names = map_symbols(chosen)
    universe["symbols"] = {
        symbol: known.get(symbol) or known.get(given) or {"sector": "Unknown"}
        for given, symbol in names.items()
    }
    return universe


def families() -> dict[str, FamilySpec]:
    """Return the registered families by name."""
    return discover(parameters())


def symbols() -> tuple[str, ...]:
    """Return the symbols of the universe."""
    return tuple(parameters()["universe"]["symbols"])


def root() -> Path:
    """Return the project's folder: that of the working directory, or of this source tree."""
    from kedro.utils import find_kedro_project

    return find_kedro_project(Path.cwd()) or Path(__file__).resolve().parents[2]


def _read_configuration() -> dict[str, Any]:
    from kedro.config import OmegaConfigLoader
    from kedro.framework.project import settings

    loader = OmegaConfigLoader(
        conf_source=str(root() / settings.CONF_SOURCE),
        env=os.environ.get("KEDRO_ENV"),
        **settings.CONFIG_LOADER_ARGS,
    )
    return dict(loader["parameters"])
