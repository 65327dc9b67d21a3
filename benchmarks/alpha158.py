"""Alpha158, both engines, against pyqlib 0.9.7 on the same bars and as many threads."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import numba
import numpy as np
import pandas as pd

from benchmarks.contest import Claim, Contest, Settings
from benchmarks.peers import Peer, cpu_seconds, peer_python
from vn30_training.features import alpha158
from vn30_training.market import qlib_bins


def contests(settings: Settings) -> Iterator[Contest]:
    """Yield the contest on thirty symbols of twelve years."""
    symbols, sessions = (3, 300) if settings.quick else (30, 3000)
    prices = make_prices(symbols, sessions)
    python = peer_python(settings.peers, "qlib")
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        bins, result = Path(folder, "bins"), Path(folder, "peer.npy")
        qlib_bins.write(prices, bins)
        peers = {}
        for kernels in (1, 2):
            peers[kernels] = Peer(python, "alpha158_peer.py", bins, kernels, result)
            stack.callback(peers[kernels].close)
        difference = check_equal(prices, np.load(result))
        work = f"Alpha158, {symbols} symbols x {sessions} days"
        equality = f"same NaN, float32 values within {difference:.0e} of pyqlib's"
        repeats = 2 if settings.quick else 7
        yield Contest(
            work=f"{work}, 2 cores, wall",
            equality=equality,
            runs={
                "pyqlib, 2 kernels": peers[2],
                "numba, 2 threads": lambda: ours(prices, "numba", 2),
            },
            claims=(Claim("numba, 2 threads", "pyqlib, 2 kernels", 40),),
            repeats=repeats,
        )
        yield Contest(
            work=f"{work}, CPU",
            equality=equality,
            runs={
                "pyqlib, 1 kernel": peers[1],
                "numba, 1 thread": lambda: ours(prices, "numba", 1),
                "bottleneck": lambda: ours(prices, "bottleneck", 1),
            },
            claims=(
                Claim("bottleneck", "pyqlib, 1 kernel", 10),
                Claim("numba, 1 thread", "pyqlib, 1 kernel"),
            ),
            repeats=repeats,
            clock=cpu_seconds,
        )


def make_prices(symbols: int, sessions: int) -> pd.DataFrame:
    """Return random bars on a tick of 10 VND, every number exact in float32."""
    rng = np.random.default_rng(0)
    shape = (symbols, sessions)
    walk = np.cumsum(0.01 * rng.standard_normal(shape), axis=1)
    close = 10 * np.round(2500 * np.exp(walk - walk.mean(axis=1, keepdims=True)))
    open_ = np.maximum(close + 10 * rng.integers(-30, 31, shape), 10)
    high = np.maximum(open_, close) + 10 * rng.integers(0, 20, shape)
    low = np.maximum(np.minimum(open_, close) - 10 * rng.integers(0, 20, shape), 10)
    volume = 100 * np.round(np.exp(10 + 0.8 * rng.standard_normal(shape)))
    return pd.DataFrame(
        {
            "symbol": np.repeat([f"S{i:03d}" for i in range(symbols)], sessions),
            "date": np.tile(pd.bdate_range("2010-01-04", periods=sessions), symbols),
            "open": open_.ravel(),
            "high": high.ravel(),
            "low": low.ravel(),
            "close": close.ravel(),
            "volume": volume.ravel(),
            "vwap": np.round((high + low + close) / 3).ravel(),
        }
    )


def check_equal(prices: pd.DataFrame, peer: np.ndarray) -> float:
    """Return the largest difference between either engine and the peer, relative above 1."""
    largest = 0.0
    for engine in ("numba", "bottleneck"):
        table = alpha158.compute(prices, mode="qlib", engine=engine)
        own = table[list(alpha158.NAMES)].to_numpy()
        assert np.array_equal(np.isnan(own), np.isnan(peer)), engine
        np.testing.assert_allclose(own, peer, rtol=3e-4, atol=1e-4, err_msg=engine)
        difference = np.abs(own - peer) / np.maximum(np.abs(peer), 1)
        largest = max(largest, float(np.nanmax(difference)))
    return largest


def ours(prices: pd.DataFrame, engine: str, threads: int) -> None:
    numba.config.NUMBA_NUM_THREADS = threads
    alpha158.compute(prices, mode="qlib", engine=engine)
