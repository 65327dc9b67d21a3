"""A small market for the model tests, and the options of every family for it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from vn30_training.features.sets import SETS
from vn30_training.models.options import InstanceOptions, merge_options
from vn30_training.models.registry import FamilySpec, discover
from vn30_training.models.scope import Scope

FAMILIES_FOLDER = Path(__file__).resolve().parents[2] / "conf/base/parameters/families"
SYMBOLS = ("AAA", "BBB", "CCC", "DDD", "EEE", "FFF")
SECTORS = dict(zip(SYMBOLS, ("bank", "bank", "steel", "steel", "retail", "retail"), strict=True))
SESSIONS = 280
FEATURES = tuple(f"F{i}" for i in range(12))
SIGNALS = ("SIG_REV1", "SIG_REV5", "SIG_MOM12_1")
SMALL = {
    "lightgbm": {"n_estimators": 20},
    "lstm": {"epochs": 2, "epoch_samples": None},
    "tft": {"epochs": 2, "epoch_samples": None},
}


def declared_families() -> dict[str, dict[str, Any]]:
    """Return the entries of all families' parameter files."""
    files = sorted(FAMILIES_FOLDER.glob("*.yml"))
    return {
        name: entry
        for file in files
        for name, entry in yaml.safe_load(file.read_text(encoding="utf-8")).items()
    }


@dataclass(frozen=True)
class DateSplit:
    """Parts by date, with a gap of five sessions between them."""

    train_end: pd.Timestamp
    valid_start: pd.Timestamp
    valid_end: pd.Timestamp
    test_start: pd.Timestamp

    def mask(self, labels: pd.DataFrame, part: str) -> np.ndarray:
        date = labels["date"]
        return {
            "train": date <= self.train_end,
            "valid": (date >= self.valid_start) & (date <= self.valid_end),
            "test": date >= self.test_start,
        }[part].to_numpy()


@dataclass(frozen=True)
class SmallMarket:
    features: pd.DataFrame
    labels: pd.DataFrame
    split: DateSplit

    def rows(self, part: str) -> np.ndarray:
        return self.split.mask(self.labels, part)


def make_market(seed: int = 0, strength: float = 0.5, sessions: int = SESSIONS) -> SmallMarket:
    """Return features of which the first tells the label, with correlation about ``strength``."""
    rng = np.random.default_rng(seed)
    dates = pd.bdate_range("2020-01-01", periods=sessions + 3).astype("datetime64[us]")
    n = len(SYMBOLS) * sessions
    x = rng.standard_normal((n, len(FEATURES))).astype(np.float32)
    volatility = 0.02 * np.exp(0.3 * rng.standard_normal(n))
    noise = rng.standard_normal(n)
    y = volatility * (strength * x[:, 0] + np.sqrt(1 - strength**2) * noise)
    day = np.tile(np.arange(sessions), len(SYMBOLS))
    keys = pd.DataFrame({"symbol": np.repeat(SYMBOLS, sessions), "date": dates[day]})
    features = pd.concat([keys, pd.DataFrame(x, columns=list(FEATURES))], axis=1)
    for i, name in enumerate(SIGNALS):
        features[name] = x[:, i] * np.float32(0.02)
    labels = keys.assign(trade_date=dates[day + 1], label_end=dates[day + 3], member=True)
    labels["y_raw"] = np.where(day < sessions - 3, y, np.nan)
    by_day = labels.groupby("date")["y_raw"]
    labels["y_z"] = ((labels["y_raw"] - by_day.transform("mean")) / by_day.transform("std")).astype(
        np.float32
    )
    labels["y_rank"] = ((by_day.rank(pct=True) - 0.5) * 3.46).astype(np.float32)
    labels["volatility"] = volatility
    features.loc[day < 5, list(FEATURES)] = np.nan
    split = DateSplit(dates[150], dates[156], dates[215], dates[221])
    return SmallMarket(features, labels, split)


def small_options(spec: FamilySpec, scope: Scope, **options: Any) -> InstanceOptions:
    """Return a family's options for the small market: its columns, few rounds."""
    entry = declared_families()[spec.name]
    features = entry["defaults"]["features"]
    if isinstance(features, str):
        assert features in SETS
        features = FEATURES
    changes = {"features": features, "options": {**SMALL.get(spec.name, {}), **options}}
    return merge_options(spec.name, {**entry, "overrides": {scope.name: changes}}, scope)


FAMILY_SPECS = discover(declared_families())
