"""LightGBM per symbol on two single-thread workers, against one after another, and XGBoost."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from benchmarks.contest import Claim, Contest, PeerMissingError, Settings
from benchmarks.peers import Peer, peer_python
from benchmarks.samples import make_samples, split_rows
from benchmarks.workers import work_off
from vn30_training.models.lightgbm import LightGBM, LightGBMOptions
from vn30_training.running.executors import InProcess, ProcessPool

ROWS, FEATURES = 2550, 158
OPTIONS = LightGBMOptions(
    n_estimators=40,
    early_stopping_rounds=40,
    num_leaves=210,
    max_depth=8,
    max_bin=255,
    learning_rate=0.0421,
)


def contests(settings: Settings) -> Iterator[Contest]:
    """Yield the contest of forty rounds with qlib's trees for each of thirty symbols."""
    symbols = 3 if settings.quick else 30
    options = OPTIONS.model_copy(update={"n_estimators": 5}) if settings.quick else OPTIONS
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        pool, here = stack.enter_context(ProcessPool(2)), InProcess()
        for side, executor in (("here", here), ("pool", pool)):
            Path(folder, side).mkdir()
            work_off(executor, _train, symbols, Path(folder, side), options)
        for one in Path(folder, "here").iterdir():
            assert one.read_bytes() == Path(folder, "pool", one.name).read_bytes(), one.name
        runs = {
            "one after another, 1 thread": lambda: work_off(
                here, _train, symbols, Path(folder, "here"), options
            ),
            "LightGBM, 2 workers": lambda: work_off(
                pool, _train, symbols, Path(folder, "pool"), options
            ),
        }
        claims = [Claim("LightGBM, 2 workers", "one after another, 1 thread", 0.60)]
        xgboost = _xgboost(settings, Path(folder), symbols, options)
        if xgboost is not None:
            stack.callback(xgboost.close)
            runs["XGBoost hist, 2 at a time"] = xgboost
            claims.append(Claim("LightGBM, 2 workers", "XGBoost hist, 2 at a time", 0.55))
        yield Contest(
            work=f"trees, {symbols} symbols x {ROWS} rows x {FEATURES}, wall",
            equality="both ways give the same bytes; XGBoost: same rows, rounds, depth, leaves",
            runs=runs,
            claims=tuple(claims),
            repeats=2 if settings.quick else 5,
        )


def _train(folder: Path, options: LightGBMOptions, number: int) -> int:
    """Train one symbol's model and leave its text; return how long that is."""
    data = make_samples(ROWS, FEATURES, number)
    train, valid = split_rows(ROWS, 1)
    model = LightGBM.fit(data.at(train), data.at(valid), options, seed=0)
    return Path(folder, f"{number}.txt").write_text(model.text)


def _xgboost(
    settings: Settings, folder: Path, symbols: int, options: LightGBMOptions
) -> Peer | None:
    try:
        python = peer_python(settings.peers, "xgboost")
    except PeerMissingError:
        return None
    tables = [make_samples(ROWS, FEATURES, number) for number in range(symbols)]
    train, _ = split_rows(ROWS, 1)
    file = folder / "tables.npz"
    np.savez(
        file,
        features=np.stack([one.features for one in tables]),
        label=np.stack([one.label for one in tables]),
    )
    scale = len(train) / (options.penalty_rows or len(train))
    penalties = options.reg_alpha * scale, options.reg_lambda * scale
    return Peer(python, "trees_peer.py", file, len(train), options.n_estimators, *penalties)
