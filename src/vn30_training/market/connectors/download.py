"""Downloading into a folder: politely, one file per symbol, from where the last try stopped."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from vn30_training.files.atomic import write_json, write_text
from vn30_training.files.manifest import sha256_file
from vn30_training.market.connectors.source import COLUMNS, Source, SourceError
from vn30_training.market.schema import BAR_FINISHED
from vn30_training.market.sessions import expected_sessions
from vn30_training.market.symbols import map_symbols

RECORD = ".download.json"
"""File in the folder that says what was downloaded; readers of prices pass over it."""

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")

_PATIENCE = 3


@dataclass
class Downloaded:
    """What a download did.

    Attributes
    ----------
    written, fresh
        Symbols downloaded now; those that were there already.
    failed
        Why, by symbol.
    """

    written: list[str] = field(default_factory=list)
    fresh: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)


class Pace:
    """Waits between calls, so that a source is asked no more than so often a minute."""

    def __init__(
        self,
        calls_a_minute: int,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._gap, self._clock, self._sleep = 60 / calls_a_minute, clock, sleep
        self._next = clock()

    def wait(self) -> None:
        """Return when the next call may start."""
        now = self._clock()
        if now < self._next:
            self._sleep(self._next - now)
        self._next = max(now, self._next) + self._gap


def newest_final_session(now: datetime) -> date:
    """Return the newest session whose bar no longer changes."""
    local = now.astimezone(VIETNAM)
    last = local.date() if local.time() >= BAR_FINISHED else local.date() - timedelta(days=1)
    newest: date = expected_sessions(last - timedelta(days=30), last)[-1].astype(object)
    return newest


def download(
    source: Source,
    symbols: Iterable[str],
    folder: Path,
    first: date,
    now: datetime | None = None,
    pace: Pace | None = None,
) -> Downloaded:
    """Download whole histories, as adjusted prices of earlier days change at every ex-date.

    Parameters
    ----------
    source
        Where from.
    symbols
        Tickers; files are named after their safe form.
    folder
        Where ``<symbol>.csv`` goes. Files that this source already delivered for the same days,
        and that are unchanged, are left as they are.
    first
        First day wanted; the last is that of `newest_final_session`.
    now, pace
        The time, and how fast to ask; by default the clock and the source's own limit.

    Returns
    -------
    Downloaded
        A symbol that fails does not stop the others, but three in a row end the download: the
        source is then not to be bothered further.
    """
    last = newest_final_session(now or datetime.now(VIETNAM))
    pace = pace or Pace(source.calls_a_minute)
    done, row_of_failures = Downloaded(), 0
    for ticker, symbol in map_symbols(symbols).items():
        wanted = {"source": source.name, "first": str(first), "last": str(last)}
        if _is_fresh(folder, symbol, wanted):
            done.fresh.append(symbol)
            continue
        if row_of_failures == _PATIENCE:
            done.failed[symbol] = f"not asked, after {_PATIENCE} failures in a row"
            continue
        pace.wait()
        try:
            bars = _final_bars(source.fetch(ticker, first, last), first, last)
        # Sources fail in as many ways as their packages and networks do.
        except Exception as error:
            done.failed[symbol] = f"{type(error).__name__}: {error}"
            row_of_failures += 1
            continue
        _store(folder, symbol, bars, wanted)
        done.written.append(symbol)
        row_of_failures = 0
    return done


def _final_bars(bars: pd.DataFrame, first: date, last: date) -> pd.DataFrame:
    missing = [column for column in COLUMNS if column not in bars]
    if missing:
        raise SourceError(f"The answer lacks {', '.join(missing)}.")
    days = pd.to_datetime(bars["date"])
    wanted = bars.assign(date=days)[days.between(pd.Timestamp(first), pd.Timestamp(last))]
    if wanted.empty:
        raise SourceError(f"No bar from {first} to {last}.")
    return wanted[list(COLUMNS)].sort_values("date", ignore_index=True)


def _store(folder: Path, symbol: str, bars: pd.DataFrame, wanted: dict[str, str]) -> None:
    file = folder / f"{symbol}.csv"
    write_text(file, bars.to_csv(index=False, date_format="%Y-%m-%d", lineterminator="\n"))
    record = _record(folder)
    record[symbol] = {**wanted, "rows": len(bars), "sha256": sha256_file(file)}
    write_json(folder / RECORD, record)


def _is_fresh(folder: Path, symbol: str, wanted: dict[str, str]) -> bool:
    entry, file = _record(folder).get(symbol, {}), folder / f"{symbol}.csv"
    same = all(entry.get(key) == value for key, value in wanted.items())
    return same and file.is_file() and entry["sha256"] == sha256_file(file)


def _record(folder: Path) -> dict[str, Any]:
    path = folder / RECORD
    if not path.is_file():
        return {}
    record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return record
