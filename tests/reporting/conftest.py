"""A fabricated run: the tables a report is made of, realistic in shape and size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd
import pytest

from vn30_training.evaluation.leaderboard import build_leaderboard, symbol_table
from vn30_training.models.contract import QUANTILE_COLUMNS

NAIVE = {
    "zero": 0.0,
    "majority": 0.0,
    "reversal_1": 0.04,
    "reversal_5": 0.02,
    "momentum_12_1": 0.01,
    "ewma": 0.0,
}
MODELS = {
    ("lightgbm", "pooled"): 0.055,
    ("lightgbm", "symbol"): 0.01,
    ("lstm", "pooled"): 0.035,
    ("lstm", "symbol"): 0.008,
    ("lstm", "finetuned"): 0.03,
    ("ridge", "pooled"): 0.037,
    ("ridge", "symbol"): 0.012,
    ("tft", "pooled"): 0.02,
    ("tft", "symbol"): -0.01,
}
CONSTANT = {"zero", "majority", "ewma"}
SEEDS = {"lstm": 3, "tft": 2}
NAMES = [
    "ACB",
    "BCM",
    "BID",
    "CTG",
    "DGC",
    "FPT",
    "GAS",
    "GVR",
    "HDB",
    "HPG",
    "LPB",
    "MBB",
    "MSN",
    "MWG",
    "PLX",
    "SAB",
    "SHB",
    "SSB",
    "SSI",
    "STB",
    "TCB",
    "TPB",
    "VCB",
    "VHM",
    "VIB",
    "VIC",
    "VJC",
    "VNM",
    "VPB",
    "VRE",
]
NORMAL_QUANTILES = np.array([-1.645, -1.282, -0.674, 0.0, 0.674, 1.282, 1.645])


@dataclass(frozen=True)
class Run:
    """The arguments of `render_report`."""

    leaderboard: pd.DataFrame
    symbols: pd.DataFrame
    forecasts: pd.DataFrame
    instances: pd.DataFrame
    curves: pd.DataFrame
    importance: pd.DataFrame
    quality: dict[str, Any]
    manifest: dict[str, Any]

    @property
    def arguments(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


def fabricate(names: list[str], n_days: int, seed: int = 0) -> Run:
    random = np.random.default_rng(seed)
    days = pd.bdate_range("2023-01-03", periods=n_days + 3)
    market = random.normal(0, 0.011, (n_days, 1))
    y_true = market + random.normal(0, 0.016, (n_days, len(names)))
    y_true[random.random(y_true.shape) < 0.08] = 0.0
    rows = {(family, "pooled"): ic for family, ic in NAIVE.items()} | MODELS
    tables = [
        _forecasts(random, family, scope, number, ic, y_true, days, names)
        for (family, scope), ic in rows.items()
        for number in range(SEEDS.get(family, 1))
    ]
    forecasts = pd.concat(tables, ignore_index=True)
    instances = _instances(random, names)
    dead = instances.loc[instances["status"] != "ok", ["family", "scope", "symbol"]]
    dead = pd.MultiIndex.from_frame(dead[dead["symbol"].notna()])
    cells = pd.MultiIndex.from_frame(forecasts[["family", "scope", "symbol"]])
    forecasts = forecasts[~cells.isin(dead)].reset_index(drop=True)
    return Run(
        leaderboard=build_leaderboard(forecasts, instances),
        symbols=symbol_table(forecasts),
        forecasts=forecasts,
        instances=instances,
        curves=_curves(random, names),
        importance=_importance(random, names),
        quality=_quality(names),
        manifest=_manifest(names, days),
    )


def _forecasts(random, family, scope, seed, ic, y_true, days, names):
    shape = y_true.shape
    signal = ic * (y_true - y_true.mean(axis=1, keepdims=True)) / 0.016
    score = signal + random.normal(0, 1, shape)
    if family in CONSTANT:
        score = np.full(shape, {"majority": 0.001}.get(family, 0.0))
    y_pred = score * (0.0 if family in CONSTANT else 0.002)
    width = {"zero": 1.15, "tft": 0.85, "lstm": 0.95}.get(family, 1.0)
    sigma = 0.0195 * width * np.exp(random.normal(0, 0.1, (1, shape[1])))
    table = pd.DataFrame(
        {
            "date": np.repeat(days[:-3], shape[1]),
            "symbol": names * shape[0],
            "trade_date": np.repeat(days[1:-2], shape[1]),
            "label_end": np.repeat(days[3:], shape[1]),
            "fold": 0,
            "family": family,
            "scope": scope,
            "seed": seed,
            "y_true": y_true.ravel(),
            "y_pred": y_pred.ravel(),
            "score": score.ravel(),
        }
    )
    quantiles = y_pred[..., None] + sigma[..., None] * NORMAL_QUANTILES
    for position, column in enumerate(QUANTILE_COLUMNS):
        table[column] = quantiles[..., position].ravel()
    table["p_up"] = np.clip(0.48 + 0.03 * score.ravel(), 0.02, 0.98)
    return table.assign(member=True)


def _instances(random, names):
    records = []
    for family, scope in [*((name, "pooled") for name in NAIVE), *MODELS]:
        for symbol in [None] if scope == "pooled" else names:
            status, reason = "ok", None
            if family == "lightgbm" and scope == "symbol" and symbol in names[2:5]:
                status, reason = "degenerate", "no split was made: the model is a constant"
            if family == "tft" and symbol == names[1]:
                status, reason = "failed", "ValueError: 41 training rows, at least 60 are needed"
            name = f"{family}.{symbol or 'VN30'}" + ("_finetuned" if scope == "finetuned" else "")
            records.append(
                {
                    "family": family,
                    "scope": scope,
                    "name": name,
                    "symbol": symbol,
                    "status": status,
                    "reason": reason,
                    "seeds": SEEDS.get(family, 1),
                    "n_train": 1500,
                    "n_valid": 300,
                    "n_test": 300,
                    "fit_seconds": 0.01 if family in NAIVE else random.gamma(2, 4),
                    "predict_seconds": 0.05,
                }
            )
    return pd.DataFrame(records)


def _curves(random, names):
    tables = []
    for family, scope in MODELS:
        if family == "ridge":
            continue
        length, best = {"lightgbm": (400, 60)}.get(family, (25, 8))
        for symbol in [None] if scope == "pooled" else names:
            for seed in range(SEEDS.get(family, 1)):
                epoch = np.arange(1, random.integers(length // 2, length) + 1)
                noise = random.normal(0, 0.001, len(epoch))
                start = random.normal(1, 0.01)
                tables.append(
                    pd.DataFrame(
                        {
                            "family": family,
                            "scope": scope,
                            "symbol": symbol,
                            "seed": seed,
                            "epoch": epoch,
                            "train_loss": start - 0.03 * (1 - np.exp(-epoch / best)),
                            "valid_loss": start
                            - 0.01 * (1 - np.exp(-epoch / best))
                            + 0.004 * epoch / length
                            + noise,
                        }
                    )
                )
    return pd.concat(tables, ignore_index=True)


def _importance(random, names):
    groups = ["KMID", "ROC", "MA", "STD", "BETA", "RSQR", "RESI", "MAX", "MIN", "QTLU", "RANK"]
    groups += ["RSV", "IMAX", "CORR", "CORD", "CNTP", "SUMP", "VMA", "VSTD", "WVMA"]
    features = [f"{group}{window}" for group in groups for window in (5, 10, 20, 30, 60)]
    tables = []
    for family, scope in MODELS:
        weight = random.gamma(0.5, 1, len(groups)).repeat(5)
        for symbol in [None] if scope == "pooled" else names[:5]:
            values = weight * random.gamma(1, 1, len(features))
            tables.append(
                pd.DataFrame(
                    {
                        "family": family,
                        "scope": scope,
                        "symbol": symbol,
                        "seed": 0,
                        "feature": features,
                        "importance": values,
                    }
                )
            )
    return pd.concat(tables, ignore_index=True)


def families_of_features(features: list[str]) -> dict[str, str]:
    return {name: name.rstrip("0123456789") for name in features}


def _quality(names):
    parts = {
        "completeness": 0.98,
        "consistency": 1.0,
        "plausibility": 0.97,
        "activity": 1.0,
        "length": 1.0,
        "freshness": 1.0,
    }
    symbols = [
        {
            "symbol": name,
            "score": round(0.99 - 0.01 * (i % 7), 3),
            "parts": parts | {"completeness": round(1 - 0.012 * (i % 7), 3)},
            "rows": 2490 - 10 * i,
            "first": "2015-01-05",
            "last": "2025-08-25",
            "flagged": 3 * (i % 7),
            "excluded": None,
        }
        for i, name in enumerate(names)
    ]
    symbols.append(
        {
            "symbol": "ROS",
            "score": 0.0,
            "parts": parts | {"completeness": 0.3, "plausibility": 0.2, "freshness": 0.0},
            "rows": 800,
            "first": "2016-09-01",
            "last": "2022-09-05",
            "flagged": 640,
            "excluded": "D005: Dong and thousand dong are mixed in one symbol.",
        }
    )
    return {
        "score": 0.964,
        "threshold": 0.8,
        "simulated": False,
        "source": "prices",
        "checked_on": "2025-08-26",
        "symbols": symbols,
        "issues": [
            {
                "code": "D005",
                "level": "error",
                "message": "Closes jump from 24,300 to 24.1 between two rows.",
                "fix": "Give the whole file in one unit.",
                "symbol": "ROS",
                "file": "ROS.csv",
                "row": 412,
                "date": "2018-05-04",
            },
            *(
                {
                    "code": "D008",
                    "level": "warning",
                    "message": f"Return of {-12.5 - i} % beyond the limit of 7 %.",
                    "fix": "Check for an ex-date without adjustment.",
                    "symbol": name,
                    "file": f"{name}.csv",
                    "row": 100 + i,
                    "date": "2019-03-04",
                }
                for i, name in enumerate(names[:12])
            ),
        ],
        "repairs": [
            {"repair": "duplicates_dropped", "symbol": names[0], "file": None, "rows": 2},
            {"repair": "duplicates_dropped", "symbol": names[1], "file": None, "rows": 3},
            {"repair": "rows_sorted", "symbol": None, "file": "VCB.csv", "rows": 2490},
        ],
        "files": [
            {
                "name": f"{name}.csv",
                "sha256": f"{i:064x}",
                "format": "one file per symbol",
                "units": "kVND",
                "rows": 2490,
            }
            for i, name in enumerate(names)
        ],
    }


def _manifest(names, days):
    return {
        "source": "prices",
        "simulated": False,
        "survivorship": False,
        "symbols": list(names),
        "first": "2015-01-05",
        "last": f"{days[-1]:%Y-%m-%d}",
        "split": {
            "train": {"first": "2015-01-05", "last": "2020-12-28"},
            "valid": {"first": "2021-01-04", "last": "2022-12-27"},
            "test": {"first": f"{days[0]:%Y-%m-%d}", "last": f"{days[-1]:%Y-%m-%d}"},
            "gap_days": 3,
        },
        "label": {"name": "tradable", "start": 1, "end": 3},
        "families": [*NAIVE, *dict.fromkeys(family for family, _ in MODELS)],
        "version": "0.1.0",
        "versions": {"lightgbm": "4.7.0", "torch": "2.13.0"},
        "parameters": {"features": {"mode": "clean"}, "variant": None},
        "hashes": {"prices": "9f2c" * 16},
    }


@pytest.fixture(scope="session")
def run() -> Run:
    """A small run: six symbols, ninety days."""
    return fabricate(NAMES[:6], 90)


@pytest.fixture(scope="session")
def fabricated() -> Callable[[list[str], int], Run]:
    """How to fabricate a run of other symbols and days."""
    return fabricate
