"""Wiring of the walk-forward validation: an instance on a fold is what is scheduled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kedro.pipeline import Node, Pipeline

from vn30_training.evaluation.folds import WalkForwardOptions
from vn30_training.models.scope import Scope
from vn30_training.pipelines.family import nodes as family_nodes
from vn30_training.pipelines.family.pipeline import forecast_and_score
from vn30_training.pipelines.walk_forward import nodes

_SHARED_PARAMETERS = ("universe", "variant", "walk_forward")


def create_pipeline(
    families: Mapping[str, Sequence[Scope]], options: WalkForwardOptions
) -> list[Node | Pipeline]:
    """Return the plan of the folds, the instances in ``<family>.<scope>.fold_<n>``, and all series.

    Parameters
    ----------
    families
        The scopes of each family.
    options
        How many folds there are, and at which of them models are trained.
    """
    folds = range(1, options.folds + 1)
    return [
        Node(
            nodes.plan,
            inputs=["labels", "params:walk_forward"],
            outputs=["walk_forward_scheme", *(f"split_{fold}" for fold in folds)],
            name="plan_folds",
        ),
        Node(
            nodes.tell_setting,
            inputs=["setting", "walk_forward_scheme"],
            outputs="fold_setting",
            name="tell_fold_setting",
        ),
        *(
            _instance(family, scope, fold, options)
            for family, scopes in families.items()
            for scope in scopes
            for fold in folds
        ),
        *(
            node
            for family, scopes in families.items()
            for node in _gather(
                family, [f"{family}.{scope}.{_name(f)}" for scope in scopes for f in folds]
            )
        ),
        Node(
            nodes.collect_folds,
            inputs=[f"stitched_{family}" for family in families],
            outputs="walk_forward_forecasts",
            name="collect_folds",
        ),
        Node(
            nodes.collect_fold_instances,
            inputs=[f"fold_scores_{family}" for family in families],
            outputs="fold_instances",
            name="collect_fold_instances",
        ),
    ]


def _name(fold: int) -> str:
    return f"fold_{fold}"


def _gather(family: str, instances: Sequence[str]) -> list[Node]:
    return [
        Node(
            gather,
            inputs=[f"{instance}.{kind}" for instance in instances],
            outputs=f"{whole}_{family}",
            name=gather.__name__,
            namespace=family,
        )
        for kind, whole, gather in (
            ("scores", "fold_scores", nodes.gather_fold_scores),
            ("forecast", "stitched", nodes.gather_folds),
        )
    ]


def _instance(family: str, scope: Scope, fold: int, options: WalkForwardOptions) -> Pipeline:
    """Return one instance on one fold: trained there, or using the newest model before."""
    trained = options.trained_at(fold)
    base = forecast_and_score()
    inputs = {name: name for name in ("features", "labels", "vintage")}
    inputs |= {"split": f"split_{fold}", "setting": "fold_setting"}
    parameters = {}
    if trained == fold:
        start = _start(family, scope, fold, options)
        base = [*_training(start is not None), *base]
        parameters = {
            "params:family": f"params:{family}",
            "params:instance": f"params:instances.{family}.{scope}",
            **{
                f"params:{name}": f"params:{name}"
                for name in ("universe", "variant", "walk_forward")
            },
        }
        inputs |= {"start": start} if start else {}
    else:
        source = f"{family}.{scope}.{_name(trained)}"
        inputs |= {"model": f"{source}.model", "options": f"{source}.options"}
    return Pipeline(
        base,
        namespace=f"{family}.{scope}.{_name(fold)}",
        inputs=inputs,
        parameters=parameters,
        tags=[scope.symbol] if scope.symbol else [],
    )


def _start(family: str, scope: Scope, fold: int, options: WalkForwardOptions) -> str | None:
    """Return the model that training goes on from, if any."""
    if scope.kind == "finetuned":
        return f"{family}.{Scope('pooled')}.{_name(fold)}.model"
    if options.warm_start and fold > 1:
        return f"{family}.{scope}.{_name(fold - options.retrain)}.model"
    return None


def _training(starts: bool) -> list[Node]:
    learn, start = (family_nodes.finetune, ["start"]) if starts else (family_nodes.fit, [])
    return [
        Node(
            nodes.choose_options,
            inputs=["params:family", "params:instance", "params:variant", "params:walk_forward"],
            outputs="options",
            name="choose_options",
        ),
        Node(
            learn,
            inputs=["features", "labels", "split", "options", "params:universe", *start],
            outputs="model",
            name=learn.__name__,
        ),
    ]
