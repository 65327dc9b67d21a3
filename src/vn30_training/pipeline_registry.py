"""All pipelines by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from kedro.framework.project import pipelines as registered
from kedro.pipeline import Node, Pipeline

from vn30_training import project
from vn30_training.evaluation.folds import choose_preset
from vn30_training.models.options import nearest
from vn30_training.models.scope import Scope, first_of_each_kind
from vn30_training.pipelines import (
    audit,
    backtest,
    data,
    evaluation,
    family,
    forecast,
    orders,
    preflight,
    report,
    walk_forward,
)

Parts = Sequence[Node | Pipeline]


def register_pipelines() -> dict[str, Pipeline]:
    """Return ``baseline`` and its parts, one pipeline per family, and what builds on them.

    The families and symbols are those of the configuration; importing this module and calling this
    function loads no model library.

    The walk-forward validation has thousands of nodes. So where a command says which pipelines it
    wants, as runs do, only those are built; where it does not, as ``kedro viz``, the validation is
    there for the first symbol only, to be looked at.
    """
    specs = project.families()
    scopes = {name: project.scopes(spec, project.symbols()) for name, spec in specs.items()}
    folds = choose_preset(project.parameters()["walk_forward"])

    traded = project.parameters()["backtest"]["forecasts"]
    asked = registered._requested_pipelines or ()
    walked = scopes
    if "walk_forward" not in asked:
        walked = {name: first_of_each_kind(own) for name, own in scopes.items()}

    def of_families(*names: str) -> Parts:
        return [
            part for name in names for part in family.create_pipeline(specs[name], scopes[name])
        ]

    named: dict[str, Callable[[], Parts]] = {
        "data": lambda: [],
        "baseline": lambda: [*of_families(*specs), *report.create_pipeline(specs).nodes],
        "forecast": lambda: forecast.create_pipeline(scopes),
        "orders": lambda: orders.create_pipeline(*_traded(scopes)),
        "backtest": lambda: backtest.create_pipeline(list(specs), traded),
        "preflight": lambda: preflight.create_pipeline(specs, scopes),
        "audit": lambda: audit.create_pipeline(scopes),
        "walk_forward": lambda: [
            *walk_forward.create_pipeline(walked, folds),
            *evaluation.create_pipeline(specs).nodes,
        ],
    }
    taken = {*named, "report", "evaluation"} & specs.keys()
    if taken:
        raise ValueError(f"No family can be called {sorted(taken)[0]!r}: a pipeline is.")
    named |= {name: partial(of_families, name) for name in specs}

    def after_data(parts: Callable[[], Parts]) -> Pipeline:
        return Pipeline([*data.create_pipeline().nodes, *parts()])

    builders: dict[str, Callable[[], Pipeline]] = {
        "report": lambda: report.create_pipeline(specs),
        "evaluation": lambda: evaluation.create_pipeline(specs),
        "__default__": lambda: builders["baseline"](),
        **{name: partial(after_data, parts) for name, parts in named.items() if name != "backtest"},
        "backtest": lambda: Pipeline(named["backtest"]()),
    }
    known = set(asked) <= builders.keys()
    return {name: builders[name]() for name in (asked if asked and known else builders)}


def _traded(scopes: Mapping[str, Sequence[Scope]]) -> tuple[str, list[Scope]]:
    """Return the family whose forecasts are traded, and its instances of the scope asked for."""
    options = project.parameters()["orders"]
    family, scope = options["model"], options.get("scope", "pooled")
    if family not in scopes:
        raise ValueError(f"orders.model: no family {family!r}; {nearest(family, scopes)}")
    own = [one for one in scopes[family] if one.kind == scope]
    if not own:
        kinds = sorted({one.kind for one in scopes[family]})
        raise ValueError(f"orders.scope: {family} has no scope {scope!r}; {nearest(scope, kinds)}")
    return family, own
