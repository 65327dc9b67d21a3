"""Peers that live in virtual environments of their own and work on demand."""

from __future__ import annotations

import os
import subprocess
import time
import venv
from pathlib import Path

import psutil

from benchmarks.contest import PeerMissingError

HERE = Path(__file__).resolve().parent
REQUIREMENTS = {
    "qlib": ("pyqlib==0.9.7", "pandas==2.2.3", "numpy==1.26.4", "torch==2.13.0"),
    "xgboost": ("xgboost-cpu==3.2.0",),
}
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


def peer_python(peers: Path | None, name: str) -> Path:
    """Return the interpreter of a peer's environment, made on first use.

    Raises
    ------
    PeerMissingError
        If it cannot be installed, or is not wanted.
    """
    if peers is None:
        raise PeerMissingError("no peers wanted")
    folder = peers / name
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        command = [python, "-m", "pip", "install", "--quiet", *REQUIREMENTS[name]]
        if subprocess.call(command):
            python.unlink()
            raise PeerMissingError(f"{REQUIREMENTS[name][0]} cannot be installed")
    return python


def cpu_seconds() -> float:
    """Return the CPU time that this process and the peers it started have used."""
    peers = (child.cpu_times() for child in psutil.Process().children())
    return time.process_time() + sum(times.user + times.system for times in peers)


class Peer:
    """A process of a peer that does its work once for every line it is sent.

    Parameters
    ----------
    python
        Interpreter of the peer's environment.
    script
        A file of this folder. It prints ``ready``, then ``done`` whenever it has done what a line
        on its standard input asked for; other lines do not count.
    """

    def __init__(self, python: Path, script: str, *arguments: object) -> None:
        command = [str(python), str(HERE / script), *map(str, arguments)]
        environment = {**os.environ, **dict.fromkeys(THREADS, "1")}
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        self._wait()

    def __call__(self, order: str = "") -> None:
        """Do the work once; a script may know several orders."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{order}\n")
        self._process.stdin.flush()
        self._wait()

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def _wait(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line in ("ready\n", "done\n"):
                return
        raise RuntimeError(f"The peer ended: {self._process.args}")
