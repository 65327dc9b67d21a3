"""The options of one instance: parameter files merged by layers, validated, ready to be saved."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypeVar

from pydantic import (
    BaseModel,
    Field,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
)

from vn30_training.models.contract import Options
from vn30_training.models.registry import family_class
from vn30_training.models.scope import Kind, Scope
from vn30_training.models.selection.steps import GridSearch, Selection

M = TypeVar("M", bound=BaseModel)

SCOPE_KINDS: tuple[Kind, ...] = ("symbol", "pooled", "finetuned")


class OptionsError(ValueError):
    """An option that is unknown or has an impossible value."""


class FamilyParameters(Options):
    """A family's entry in the parameter files.

    ``defaults``, each of ``variants`` and each of ``overrides`` hold fields of `InstanceOptions`,
    and may hold them once more under the name of a kind of scope, for that kind only.
    """

    family: str
    kind: Literal["naive", "model"]
    scopes: tuple[Kind, ...]
    defaults: dict[str, Any] = Field(default_factory=dict)
    variants: dict[str, dict[str, Any]] = Field(default_factory=dict)
    overrides: dict[str, dict[str, Any]] = Field(default_factory=dict)


class InstanceOptions(Options):
    """Everything that decides what one instance learns; saved beside its model.

    Attributes
    ----------
    family, path, kind
        The family's name, class and kind.
    scope
        `Scope.name` of the instance.
    variant
        The named preset that was merged in, if any.
    features
        The name of a feature set, or the columns themselves.
    processors
        Configuration of the feature processors, in order; fitted on the training rows.
    selection
        Steps that choose among the processed features, learned from the training rows; None keeps
        all. A step in a later layer changes one of an earlier layer where both are a mapping; a
        list takes its place.
    search
        A grid of the family's own options to choose from, scored inside the training rows.
    label
        The column that is learned.
    seeds
        One model is trained per seed.
    minimum_train_rows, minimum_valid_rows
        Fewer usable rows fail the instance.
    minimum_features
        Share of the features that must be known for a row to be used at all.
    point
        How a score becomes a return: ``proportional`` and ``affine`` regress the return on the
        score over the validation rows, without and with intercept; ``identity`` takes the score.
        An intercept carries the market's drift in the validation span on into the future, where it
        does harm: R2 was -0.06 with it and -0.008 without in 2021-22, after a year of rises.
    quantiles
        ``conformal``: calibrated on the validation rows; ``own``: as the family says.
    options
        The family's own options, complete.
    """

    family: str
    path: str
    kind: Literal["naive", "model"]
    scope: str
    variant: str | None = None
    features: str | tuple[str, ...]
    processors: tuple[dict[str, Any], ...] = ()
    selection: Selection | None = None
    search: GridSearch | None = None
    label: Literal["y_raw", "y_z", "y_rank"] = "y_z"
    seeds: tuple[int, ...] = Field(default=(0,), min_length=1)
    minimum_train_rows: int = Field(default=120, ge=1)
    minimum_valid_rows: int = Field(default=40, ge=3)
    minimum_features: float = Field(default=0.5, ge=0.0, le=1.0)
    point: Literal["proportional", "affine", "identity"] = "proportional"
    quantiles: Literal["conformal", "own"] = "conformal"
    options: dict[str, Any] = Field(default_factory=dict)

    @model_serializer(mode="wrap")
    def _without_unused(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        values: dict[str, Any] = serialize(self)
        unused = [name for name in ("selection", "search") if values.get(name) is None]
        return {name: value for name, value in values.items() if name not in unused}


def merge_options(
    name: str, parameters: Mapping[str, Any], scope: Scope, variant: str | None = None
) -> InstanceOptions:
    """Merge a family's parameters for one scope and validate the result.

    Later layers win: the family's own defaults, ``defaults``, ``variants[variant]``,
    ``overrides[scope]``; within each, the part for the kind of scope wins.

    Parameters
    ----------
    name
        The family's name.
    parameters
        Its entry in the parameter files, see `FamilyParameters`.
    scope
        The instance's scope.
    variant
        A named preset. Families that declare no variants ignore it.

    Raises
    ------
    OptionsError
        If a name is unknown (the message has the nearest valid one) or a value impossible.
    """
    declared = _validate(FamilyParameters, dict(parameters), name)
    if scope.kind not in declared.scopes:
        raise OptionsError(f"{name} is not trained on {scope.kind} scopes such as {scope}.")
    place = f"{name}.{scope}"
    layers = [declared.defaults]
    if variant is not None and declared.variants:
        layers.append(_variant(declared, variant, name))
    layers.append(declared.overrides.get(scope.name, {}))
    merged: dict[str, Any] = {}
    for layer in layers:
        merged = _deep_merge(merged, _for_kind(layer, scope.kind))
    if isinstance(merged.get("seeds"), Mapping):
        merged["seeds"] = _validate_seeds(merged["seeds"], scope.kind, place)
    own_type = family_class(declared.family).options_type
    merged["options"] = _validate(
        own_type, merged.get("options", {}), f"{place}.options"
    ).model_dump(mode="json")
    fixed = {
        "family": name,
        "path": declared.family,
        "kind": declared.kind,
        "scope": scope.name,
        "variant": variant if declared.variants else None,
    }
    chosen = _validate(InstanceOptions, {**merged, **fixed}, place)
    _check_grid(chosen, own_type, f"{place}.search.grid")
    return chosen


def nearest(name: str, valid: Iterable[str]) -> str:
    """Return a hint: the valid name most like ``name``, or all of them."""
    valid = sorted(valid)
    close = difflib.get_close_matches(name, valid, n=1, cutoff=0.5)
    return f"did you mean {close[0]!r}?" if close else f"valid names: {', '.join(valid)}."


def _check_grid(chosen: InstanceOptions, own_type: type[Options], place: str) -> None:
    for name, values in (chosen.search.grid if chosen.search else {}).items():
        for value in values:
            _validate(own_type, {**chosen.options, name: value}, place)


def _variant(declared: FamilyParameters, variant: str, name: str) -> dict[str, Any]:
    if variant not in declared.variants:
        raise OptionsError(
            f"{name} has no variant {variant!r}; {nearest(variant, declared.variants)}"
        )
    return declared.variants[variant]


def _validate_seeds(seeds: Mapping[str, Any], kind: Kind, place: str) -> Any:
    for unknown in set(seeds) - set(SCOPE_KINDS):
        raise OptionsError(f"{place}.seeds: no {unknown!r}; {nearest(unknown, SCOPE_KINDS)}")
    return seeds.get(kind, (0,))


def _for_kind(layer: Mapping[str, Any], kind: Kind) -> dict[str, Any]:
    common = {key: value for key, value in layer.items() if key not in SCOPE_KINDS}
    return _deep_merge(common, layer.get(kind) or {})


def _deep_merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        both = isinstance(below, Mapping) and isinstance(value, Mapping)
        merged[key] = _deep_merge(below, value) if both else value  # type: ignore[arg-type]
    return merged


def _validate(model: type[M], values: Mapping[str, Any], place: str) -> M:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise OptionsError("\n".join(_messages(error, model, place))) from None


def _messages(error: ValidationError, model: type[BaseModel], place: str) -> list[str]:
    messages = []
    for problem in error.errors():
        where = ".".join([place, *map(str, problem["loc"])])
        if problem["type"] == "extra_forbidden" and len(problem["loc"]) == 1:
            hint = nearest(str(problem["loc"][0]), model.model_fields)
            messages.append(f"{where}: no such option; {hint}")
        else:
            messages.append(f"{where}: {problem['msg']} (got {problem['input']!r})")
    return messages
