"""Download prices: ``python -m vn30_training.market.connectors yahoo FPT VCB --folder prices``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from vn30_training.market.connectors.download import download
from vn30_training.market.connectors.source import Source, SourceError
from vn30_training.market.connectors.ssi import KEYS, Ssi
from vn30_training.market.connectors.vnstock import Vnstock
from vn30_training.market.connectors.yahoo import Yahoo


def main(arguments: Sequence[str] | None = None) -> int:
    """Download what the command line asks for; return 1 if a symbol failed."""
    asked = _parser().parse_args(arguments)
    try:
        source = _source(asked.source, asked.python)
    except SourceError as error:
        print(error, file=sys.stderr)
        return 1
    done = download(source, asked.symbols, asked.folder, asked.first)
    print(f"{len(done.written)} downloaded, {len(done.fresh)} up to date in {asked.folder}")
    for symbol, reason in done.failed.items():
        print(f"{symbol}: {reason}", file=sys.stderr)
    return 1 if done.failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m vn30_training.market.connectors",
        description="Download daily bars into a folder of CSV files; run it again to resume.",
        epilog=f"ssi reads {', '.join(KEYS.values())} from the environment.",
    )
    parser.add_argument("source", choices=["ssi", "yahoo", "vnstock"])
    parser.add_argument("symbols", nargs="+", metavar="SYMBOL")
    parser.add_argument("--folder", type=Path, required=True, help="where the files go")
    parser.add_argument(
        "--first", type=date.fromisoformat, default=date(2015, 1, 1), help="first day wanted"
    )
    parser.add_argument("--python", default="python3", help="the Python that has vnstock")
    return parser


def _source(name: str, python: str) -> Source:
    if name == "vnstock":
        return Vnstock(python)
    return Ssi() if name == "ssi" else Yahoo()


if __name__ == "__main__":
    sys.exit(main())
