"""The shape of every benchmark: equal work done in several ways that take turns on the clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PEERS = Path(__file__).with_name(".peers")


@dataclass(frozen=True)
class Settings:
    """What the command line says.

    Attributes
    ----------
    quick
        Small data and two turns, to see that everything works; the ratios mean nothing then.
    peers
        Folder of the peers' virtual environments, made there on first use; None for no peers.
    root
        Data root of a finished run, to rerun unchanged.
    """

    quick: bool = False
    peers: Path | None = PEERS
    root: Path | None = None


class PeerMissingError(Exception):
    """A peer cannot be installed here, so its comparison is left out."""


@dataclass(frozen=True)
class Claim:
    """That one run beats another.

    Attributes
    ----------
    ours, peer
        Names of two runs of a contest.
    target
        From 1 up: ours is at least so many times faster. Below 1: ours takes at most this share of
        the peer's time. None: the ratio is shown, nothing was promised of it.
    limit
        Ours takes at most so many seconds, if anything was promised of them.
    """

    ours: str
    peer: str
    target: float | None = None
    limit: float | None = None

    @property
    def is_share(self) -> bool:
        """Whether the ratio is ours over the peer's."""
        return self.target is not None and self.target < 1

    def ratio(self, seconds: dict[str, float]) -> float:
        """Return the ratio in the target's sense."""
        faster = seconds[self.peer] / seconds[self.ours]
        return 1 / faster if self.is_share else faster

    def is_met(self, seconds: dict[str, float]) -> bool | None:
        """Tell whether the promise is kept; None where there is none."""
        if self.limit is not None:
            return seconds[self.ours] <= self.limit
        if self.target is None:
            return None
        ratio = self.ratio(seconds)
        return ratio <= self.target if self.is_share else ratio >= self.target


@dataclass(frozen=True)
class Contest:
    """One piece of work, done in several ways whose results were found equal.

    Attributes
    ----------
    work
        What is done.
    equality
        What was compared before, and how well it agreed.
    runs
        Does the work once, by name.
    claims
        Which runs are compared, with what target.
    repeats
        How often each run is timed, after one turn that is not.
    clock
        Wall time, or CPU time of this process.
    """

    work: str
    equality: str
    runs: dict[str, Callable[[], object]]
    claims: tuple[Claim, ...]
    repeats: int = 5
    clock: Callable[[], float] = time.perf_counter

    def take_turns(self) -> dict[str, list[float]]:
        """Return the seconds of each run, in the order of the turns."""
        seconds: dict[str, list[float]] = {name: [] for name in self.runs}
        for run in self.runs.values():
            run()
        for _ in range(self.repeats):
            for name, run in self.runs.items():
                start = self.clock()
                run()
                seconds[name].append(self.clock() - start)
        return seconds


@dataclass(frozen=True)
class Reading:
    """One measured number with a limit, where there is no peer.

    Attributes
    ----------
    work
        What was done.
    equality
        What was checked.
    value
        What was measured.
    unit
        ``s`` or ``GB``.
    limit
        The value should not be above it.
    """

    work: str
    equality: str
    value: float
    unit: str
    limit: float
