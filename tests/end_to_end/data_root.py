"""Runs of the project in processes of their own, on data roots outside the repository."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.configuration import REPOSITORY

from vn30_training.market.simulated import SimulatedMarketOptions, simulate

PATIENCE = 600
# A run tells the time here, and what earlier runs took.
TIMED = (".state/", "08_reporting/report.html")


@dataclass(frozen=True)
class Finished:
    """How a command ended."""

    code: int
    text: str

    @property
    def flat(self) -> str:
        """All it said, on one line: consoles wrap."""
        return " ".join(self.text.split())

    @property
    def error(self) -> str:
        """The closing message of a command that failed, on one line."""
        return " ".join(("\n" + self.text).rpartition("\nError: ")[2].split())


@dataclass(frozen=True)
class DataRoot:
    """A data root and the tracking store beside it."""

    path: Path

    def environment(self, **changes: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name != "MODEL_VARIANT"}
        return {
            **kept,
            "VN30_DATA": str(self.path),
            "MLFLOW_TRACKING_URI": self.tracking,
            "DO_NOT_TRACK": "1",
            "COLUMNS": "200",
            **changes,
        }

    @property
    def tracking(self) -> str:
        return f"sqlite:///{self.path}.db"

    def start(self, *arguments: str, env: str = "test", **changes: str) -> subprocess.Popen[str]:
        """Begin ``kedro run`` in a process group of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "kedro", "run", f"--env={env}", *arguments],
            cwd=REPOSITORY,
            env=self.environment(**changes),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str, env: str = "test", **changes: str) -> Finished:
        """Run ``kedro run`` to its end."""
        process = self.start(*arguments, env=env, **changes)
        text, _ = process.communicate(timeout=PATIENCE)
        return Finished(process.returncode, text)

    def copy(self, path: Path) -> DataRoot:
        """Copy what runs left here and were tracked by, to be changed there."""
        shutil.copytree(self.path, path)
        shutil.copy(f"{self.path}.db", f"{path}.db")
        return DataRoot(path)

    def digests(self) -> dict[str, str]:
        """Return the sha256 of every file that depends on contents only."""
        found = {}
        for path in sorted(self.path.rglob("*")):
            name = path.relative_to(self.path).as_posix()
            if path.is_file() and not name.startswith(TIMED):
                found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        return found

    def times(self) -> dict[str, int]:
        """Return when each output was last written."""
        return {
            path.relative_to(self.path).as_posix(): path.stat().st_mtime_ns
            for path in sorted(self.path.glob("0*/**/*"))
            if path.is_file()
        }


def groups_run(finished: Finished) -> int:
    """Return how many groups a run says it ran."""
    words = finished.flat.split(" groups ran")[0].split()
    return int(words[-3])


def export_market(folder: Path, symbols: tuple[str, ...], start: str = "2021-01-01") -> None:
    """Write a simulated market as a user would have it: a CSV file of VND prices per symbol."""
    folder.mkdir(parents=True)
    market = simulate(SimulatedMarketOptions(symbols=symbols, start=start))
    for symbol, bars in market.prices.groupby("symbol"):
        bars.drop(columns=["symbol", "raw_close"]).to_csv(folder / f"{symbol}.csv", index=False)
