"""Alpha158: both engines against pyqlib 0.9.7, side by side on the same bars and threads.

Usage: python benchmarks/alpha158.py [--peer PYTHON] [--symbols 30] [--sessions 3000] [--runs 7]

PYTHON is an interpreter with pyqlib 0.9.7; without it one is made in benchmarks/.venv-qlib.
Equality is checked first; then peer and ours take turns, and the ratios of medians and of minima
are printed.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

import numba
import numpy as np
import pandas as pd

from vn30_training.features import alpha158
from vn30_training.market import qlib_bins

HERE = Path(__file__).resolve().parent
REQUIREMENTS = ("pyqlib==0.9.7", "pandas==2.2.3", "numpy==1.26.4")
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


def peer_python() -> Path:
    """Return the interpreter of the peer's own environment, made on first use."""
    folder = HERE / ".venv-qlib"
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        subprocess.check_call([python, "-m", "pip", "install", "--quiet", *REQUIREMENTS])
    return python


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


class Peer:
    """A process of the peer that computes on demand."""

    def __init__(self, python: Path, bins: Path, kernels: int, result: Path) -> None:
        command = [python, HERE / "alpha158_peer.py", bins, str(kernels), result]
        environment = {**os.environ, **dict.fromkeys(THREADS, "1")}
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        if self._answer() != "ready":
            sys.exit("The peer did not start.")

    def seconds(self) -> float:
        """Compute once; return the seconds."""
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return float(self._answer())

    def close(self) -> None:
        """End the process."""
        self._process.stdin.close()
        self._process.wait()

    def _answer(self) -> str:
        return self._process.stdout.readline().strip()


def check_equal(prices: pd.DataFrame, result: Path) -> None:
    """Stop unless both engines give the peer's values, float32 rounding aside."""
    peer = np.load(result)
    for engine in ("numba", "bottleneck"):
        table = alpha158.compute(prices, mode="qlib", engine=engine)
        ours = table[list(alpha158.NAMES)].to_numpy()
        assert np.array_equal(np.isnan(ours), np.isnan(peer)), engine
        np.testing.assert_allclose(ours, peer, rtol=3e-4, atol=1e-4, err_msg=engine)
    print("equal: same NaN, values within float32 rounding")


def ours(prices: pd.DataFrame, engine: str, threads: int) -> float:
    """Return the seconds of one computation."""
    numba.config.NUMBA_NUM_THREADS = threads
    begin = time.perf_counter()
    alpha158.compute(prices, mode="qlib", engine=engine)
    return time.perf_counter() - begin


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peer", type=Path, help="interpreter with pyqlib 0.9.7")
    parser.add_argument("--symbols", type=int, default=30)
    parser.add_argument("--sessions", type=int, default=3000)
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    prices = make_prices(options.symbols, options.sessions)
    contenders = [("numba", 1), ("numba", 2), ("bottleneck", 1)]
    with tempfile.TemporaryDirectory() as folder:
        bins, result = Path(folder, "bins"), Path(folder, "peer.npy")
        qlib_bins.write(prices, bins)
        python = options.peer or peer_python()
        peers = {kernels: Peer(python, bins, kernels, result) for kernels in (1, 2)}
        check_equal(prices, result)
        seconds: dict[tuple[str, int], list[float]] = {}
        for _ in range(options.runs):
            for kernels, peer in peers.items():
                seconds.setdefault(("pyqlib", kernels), []).append(peer.seconds())
            for engine, threads in contenders:
                seconds.setdefault((engine, threads), []).append(ours(prices, engine, threads))
        for peer in peers.values():
            peer.close()
    report(seconds)


def report(seconds: dict[tuple[str, int], list[float]]) -> None:
    """Print seconds and, for ours, how many times faster than the peer on as many threads."""
    print(f"{'engine':<12}{'threads':>8}{'median s':>10}{'min s':>10}{'x median':>10}{'x min':>8}")
    for (engine, threads), runs in seconds.items():
        peer = seconds["pyqlib", threads]
        middle, least = statistics.median(runs), min(runs)
        ratios = f"{statistics.median(peer) / middle:>10.1f}{min(peer) / least:>8.1f}"
        print(f"{engine:<12}{threads:>8}{middle:>10.3f}{least:>10.3f}{ratios}")


if __name__ == "__main__":
    main()
