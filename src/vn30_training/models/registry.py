"""Families by name: what the parameter files declare, and the classes behind it, imported late."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from vn30_training.models.contract import Family
from vn30_training.models.scope import Kind


@dataclass(frozen=True, slots=True)
class FamilySpec:
    """What is known of a family before its module is imported.

    Attributes
    ----------
    name
        Its name in namespaces, files and reports.
    path
        ``package.module:Class``.
    kind
        ``naive`` rules are floors to compare with; ``model`` families must beat them.
    scopes
        The kinds of scope it is trained on.
    """

    name: str
    path: str
    kind: Literal["naive", "model"]
    scopes: tuple[Kind, ...]


def discover(parameters: Mapping[str, Any]) -> dict[str, FamilySpec]:
    """Return the families declared in ``parameters``: its entries that hold a ``family`` key.

    They come in the order of their names, for kedro reads parameter files in any order.

    Raises
    ------
    ValueError
        If an entry lacks ``kind`` or ``scopes``, or names a scope that there is none of.
    """
    return {
        name: _spec(name, entry)
        for name, entry in sorted(parameters.items())
        if isinstance(entry, Mapping) and "family" in entry
    }


def _spec(name: str, entry: Mapping[str, Any]) -> FamilySpec:
    lacking = [key for key in ("kind", "scopes") if not entry.get(key)]
    if lacking:
        raise ValueError(f"The family {name} does not say its {' and '.join(lacking)}.")
    unknown = sorted(set(entry["scopes"]) - set(get_args(Kind)))
    if unknown:
        known = ", ".join(get_args(Kind))
        raise ValueError(f"{name}.scopes: no {', '.join(unknown)}; there are {known}.")
    return FamilySpec(name, entry["family"], entry["kind"], tuple(entry["scopes"]))


def family_class(path: str) -> type[Family]:
    """Import the class that ``package.module:Class`` names.

    Raises
    ------
    ValueError
        If there is no such module or class, or it is not a `Family`.
    """
    module_name, _, class_name = path.partition(":")
    try:
        found = getattr(importlib.import_module(module_name), class_name)
    except (ValueError, AttributeError, ModuleNotFoundError) as error:
        raise ValueError(f"{path!r} names no family: {error}.") from error
    if not (isinstance(found, type) and issubclass(found, Family)):
        raise ValueError(f"{path!r} is not a subclass of Family.")
    return found
