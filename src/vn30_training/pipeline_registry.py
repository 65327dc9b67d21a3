"""All pipelines by name."""

from __future__ import annotations

from kedro.pipeline import Pipeline

from vn30_training import project
from vn30_training.pipelines import data, family, forecast, report


def register_pipelines() -> dict[str, Pipeline]:
    """Return ``data``, one pipeline per family, ``baseline``, ``report``, ``forecast``.

    The families and symbols are those of the configuration; importing this module and calling this
    function loads no model library.
    """
    families = project.families()
    taken = {"data", "baseline", "report", "forecast"} & families.keys()
    if taken:
        raise ValueError(f"No family can be called {sorted(taken)[0]!r}: a pipeline is.")
    instances = {name: project.scopes(spec, project.symbols()) for name, spec in families.items()}
    parts = {name: family.create_pipeline(families[name], instances[name]) for name in families}
    data_nodes = list(data.create_pipeline().nodes)
    report_nodes = list(report.create_pipeline(families).nodes)
    everything = [part for of_family in parts.values() for part in of_family]
    baseline = Pipeline([*data_nodes, *everything, *report_nodes])
    return {
        "__default__": baseline,
        "baseline": baseline,
        "data": Pipeline(data_nodes),
        "report": Pipeline(report_nodes),
        "forecast": Pipeline([*data_nodes, *forecast.create_pipeline(instances)]),
        **{name: Pipeline([*data_nodes, *of_family]) for name, of_family in parts.items()},
    }
