"""All pipelines by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from kedro.framework.project import pipelines as registered
from kedro.pipeline import Node, Pipeline

from vn30_training import project
from vn30_training.evaluation.folds import choose_preset
from vn30_training.pipelines import (
    audit,
    data,
    evaluation,
    family,
    forecast,
    preflight,
    report,
    walk_forward,
)

Parts = Sequence[Node | Pipeline]


def register_pipelines() -> dict[str, Pipeline]:
    """Return ``baseline`` and its parts, one pipeline per family, and what builds on them.

    The families and symbols are those of the configuration; importing this module and calling this
    function loads no model library. Where a command says which pipelines it wants, only those are
    built: the walk-forward validation alone has thousands of nodes.
    """
    specs = project.families()
    scopes = {name: project.scopes(spec, project.symbols()) for name, spec in specs.items()}
    folds = choose_preset(project.parameters()["walk_forward"])

    def of_families(*names: str) -> Parts:
        return [
            part for name in names for part in family.create_pipeline(specs[name], scopes[name])
        ]

    named: dict[str, Callable[[], Parts]] = {
        "data": lambda: [],
        "baseline": lambda: [*of_families(*specs), *report.create_pipeline(specs).nodes],
        "forecast": lambda: forecast.create_pipeline(scopes),
        "preflight": lambda: preflight.create_pipeline(specs, scopes),
        "audit": lambda: audit.create_pipeline(scopes),
        "walk_forward": lambda: [
            *walk_forward.create_pipeline(scopes, folds),
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
        **{name: partial(after_data, parts) for name, parts in named.items()},
    }
    wanted = _wanted(builders)
    return {name: builders[name]() for name in wanted}


def _wanted(names: dict[str, Callable[[], Pipeline]]) -> list[str]:
    """Return the pipelines to build: those the command asked for, if it did and there are such."""
    asked = registered._requested_pipelines
    return list(asked) if asked and set(asked) <= names.keys() else list(names)
