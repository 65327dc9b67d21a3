"""A small project: three families on four symbols and one pool, in trivial arithmetic."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pandas as pd
from kedro.io import DataCatalog
from kedro.pipeline import Node, Pipeline

SYMBOLS = ("ACB", "FPT", "VCB", "VNM")
FAMILIES = ("naive", "ridge", "tft")
POOLED = "VN30"

CALLS = Path("calls")


class NothingToDoError(ValueError):
    skips = True


def note(name: str) -> None:
    """Count a call: one file per call, so that every process can."""
    folder = os.environ.get("TOY_CALLS")
    if folder:
        (Path(folder) / f"{name}-{time.time_ns()}-{os.getpid()}").touch()


def make_prices(size: int) -> pd.DataFrame:
    note("make_prices")
    rows = range(size)
    return pd.DataFrame(
        {"symbol": [SYMBOLS[row % 4] for row in rows], "close": [float(row) for row in rows]}
    )


def make_features(prices: pd.DataFrame, window: int) -> pd.DataFrame:
    note("make_features")
    return prices.assign(mean=prices["close"].rolling(int(window), min_periods=1).mean())


def choose_options(family: dict[str, Any], scope: dict[str, Any]) -> dict[str, Any]:
    note("choose_options")
    return {**family, **scope}


def fit(features: pd.DataFrame, options: dict[str, Any]) -> dict[str, Any]:
    note(f"fit-{options['family']}.{options['scope']}")
    time.sleep(options.get("pause", float(os.environ.get("TOY_PAUSE", "0"))))
    trouble = options.get("trouble", {}).get(options["scope"])
    if trouble == "raise":
        raise ValueError("no rows to learn from")
    if trouble == "skip":
        raise NothingToDoError("listed yesterday")
    if trouble == "die":
        os.kill(os.getpid(), 9)
    return {"weight": options["rate"] * float(features["mean"].sum())}


def finetune(features: pd.DataFrame, options: dict[str, Any], start: dict[str, Any]):
    return {"weight": fit(features, options)["weight"] + start["weight"]}


def forecast(model: dict[str, Any], features: pd.DataFrame) -> pd.DataFrame:
    note("forecast")
    return pd.DataFrame(
        {"symbol": features["symbol"], "y_pred": features["mean"] * model["weight"]}
    )


def score(forecasts: pd.DataFrame, options: dict[str, Any]) -> dict[str, Any]:
    note("score")
    return {
        "status": "ok",
        "options": options,
        "metrics": {"mean": float(forecasts["y_pred"].mean())},
    }


def gather(*tables: Any) -> pd.DataFrame:
    note("gather")
    return pd.DataFrame(
        {
            "status": [table.get("status") for table in tables if isinstance(table, dict)],
            "reason": [table.get("reason", "") for table in tables if isinstance(table, dict)],
            "rows": [len(table) for table in tables if isinstance(table, pd.DataFrame)],
        }
    )


def write_report(*boards: pd.DataFrame) -> str:
    note("write_report")
    return "\n".join(board.to_csv(index=False) for board in boards)


def count_up(previous: dict[str, int]) -> dict[str, int]:
    return {"runs": previous.get("runs", 0) + 1}


def instance(family: str, scope: str) -> Pipeline:
    finetuned = scope.endswith("_finetuned")
    inputs = {"features": "features"}
    if finetuned:
        inputs["start"] = f"{family}.{POOLED}.model"
    learn = finetune if finetuned else fit
    return Pipeline(
        [
            Node(choose_options, ["params:family", "params:scope"], "options", name="options"),
            Node(learn, ["features", "options", *(["start"] * finetuned)], "model", name="fit"),
            Node(forecast, ["model", "features"], "forecast", name="forecast"),
            Node(score, ["forecast", "options"], "scores", name="score"),
        ],
        namespace=f"{family}.{scope}",
        inputs=inputs,
        parameters={"params:family": f"params:{family}", "params:scope": f"params:scopes.{scope}"},
        tags=[scope.removesuffix("_finetuned")],
    )


def scopes(family: str) -> list[str]:
    finetuned = [f"{symbol}_finetuned" for symbol in SYMBOLS] if family == "tft" else []
    return [POOLED, *SYMBOLS, *finetuned]


def pipeline(families: tuple[str, ...] = FAMILIES) -> Pipeline:
    parts: list[Node | Pipeline] = [
        Node(make_prices, "params:size", "prices", name="make_prices"),
        Node(make_features, ["prices", "params:window"], "features", name="make_features"),
        Node(write_report, [f"board_{family}" for family in families], "report", name="report"),
    ]
    for family in families:
        parts += [instance(family, scope) for scope in scopes(family)]
        kinds = [f"{family}.{s}.{kind}" for kind in ("scores", "forecast") for s in scopes(family)]
        parts.append(Node(gather, kinds, f"board_{family}", name="gather", namespace=family))
    return Pipeline(parts)


def catalog(root: Path, **changes: Any) -> DataCatalog:
    """Return the catalog with its parameters, some of them changed (``tft={"rate": 2.0}``)."""
    of = "vn30_training.datasets."
    entries = {
        "prices": {"type": f"{of}FrameDataset", "filepath": f"{root}/02_intermediate/p.parquet"},
        "features": {
            "type": f"{of}FrameDataset",
            "filepath": f"{root}/04_feature/features.parquet",
            "cache": True,
        },
        "{family}.{scope}.options": {
            "type": f"{of}JSONDataset",
            "filepath": f"{root}/05_model_input/{{family}}/{{scope}}.json",
        },
        "{family}.{scope}.model": {
            "type": f"{of}JSONDataset",
            "filepath": f"{root}/06_models/{{family}}/{{scope}}.json",
        },
        "{family}.{scope}.forecast": {
            "type": f"{of}ForecastDataset",
            "filepath": f"{root}/07_model_output/{{family}}/{{scope}}.parquet",
        },
        "{family}.{scope}.scores": {
            "type": f"{of}ScoresDataset",
            "filepath": f"{root}/08_reporting/{{family}}/{{scope}}.json",
            "family": "{family}",
            "scope": "{scope}",
        },
        "board_{family}": {
            "type": f"{of}FrameDataset",
            "filepath": f"{root}/08_reporting/{{family}}.parquet",
        },
        "report": {"type": f"{of}TextDataset", "filepath": f"{root}/08_reporting/report.txt"},
    }
    parameters: dict[str, Any] = {"size": 40, "window": 3}
    for family in FAMILIES:
        parameters[family] = {"family": family, "rate": 1.5, **changes.pop(family, {})}
        for scope in scopes(family):
            parameters[f"scopes.{scope}"] = {"scope": scope}
    made = DataCatalog.from_config(entries)
    for name, value in {**parameters, **changes}.items():
        made[f"params:{name}"] = value
    return made


def contents(root: Path) -> dict[str, bytes]:
    """Return every stored byte that counts as a result."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".state" not in path.parts
    }
