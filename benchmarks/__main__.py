"""Print one table of all benchmarks: ``python -m benchmarks [names...] [--quick]``."""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import sys
import warnings
from pathlib import Path

from benchmarks import table
from benchmarks.contest import PEERS, Contest, PeerMissingError, Settings
from benchmarks.peers import THREADS

BENCHMARKS = (
    "alpha158",
    "trees",
    "lstm",
    "lstm_pooled",
    "tft",
    "start",
    "overhead",
    "rerun",
    "logging_runs",
    "backtest",
)
SLOW = ("whole",)


def run(name: str, settings: Settings) -> list[tuple[str, ...]]:
    """Run one benchmark; each is a module with a generator ``contests``."""
    rows = []
    try:
        for contest in importlib.import_module(f"benchmarks.{name}").contests(settings):
            print(f"{name}: {contest.work} ({contest.equality})", file=sys.stderr, flush=True)
            if isinstance(contest, Contest):
                rows += table.contest_rows(contest, contest.take_turns())
            else:
                rows.append(table.reading_row(contest))
    except PeerMissingError as error:
        rows.append(table.left_out_row(name, str(error)))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(BENCHMARKS + SLOW))
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="as a name")
    parser.add_argument("--quick", action="store_true", help="small data, two turns: a rehearsal")
    parser.add_argument("--peers", type=Path, default=PEERS, help="their environments")
    parser.add_argument("--no-peers", action="store_true", help="leave those environments out")
    parser.add_argument("--root", type=Path, help="data root of a finished run, for `rerun`")
    options = parser.parse_args()
    names = [*options.names, *options.only] or BENCHMARKS
    unknown = set(names) - {*BENCHMARKS, *SLOW}
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    os.environ.update(dict.fromkeys(THREADS, "1"))
    peers = None if options.no_peers else options.peers.absolute()
    settings = Settings(options.quick, peers, options.root)
    print(table.render([row for name in names for row in run(name, settings)]))


if __name__ == "__main__":
    main()
