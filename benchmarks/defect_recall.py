"""Recall and false alarms of the checks, per kind of known defect of a folder of real prices.

The folder holds ``ohlcv``, ``ohlcv_raw``, ``ohlcv_delisted``, ``index`` and ``defects.csv``
(``dataset, symbol, date, kind``). Run: ``python benchmarks/defect_recall.py <folder>``.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import pandas as pd

from vn30_training.market.checks.calendar import market_gaps
from vn30_training.market.checks.cross import cross_check
from vn30_training.market.quality import validate
from vn30_training.market.reading import ReadResult, read_folder

DATASETS = ("ohlcv", "ohlcv_raw", "ohlcv_delisted", "index")
CODE_OF = {
    "ohlc_order": ("D006", "D007"),
    "return_over_7pct": ("D008",),
    "session_missing": ("D011",),
    "not_a_session": ("D011",),
    "price_zero": ("D010", "D023"),
    "volume_zero": ("D009",),
}
CROSSED = {
    "close_adjusted_disagrees": "return_disagrees",
    "volume_disagrees": "volume_disagrees",
}
KEYS = ["symbol", "date"]


def defect_recall(folder: Path, today: date = date(2025, 8, 27)) -> pd.DataFrame:
    """Compare what the checks flag with what is known.

    Returns
    -------
    DataFrame
        One row per dataset and kind: ``known`` defects, ``found`` ones of them, ``recall``,
        ``false_alarms`` (rows flagged though not known) and their share of the rows.
    """
    known = pd.read_csv(folder / "defects.csv", parse_dates=["date"])
    reads = {name: read_folder(folder / name) for name in DATASETS}
    rows = []
    for name, read in reads.items():
        own = known[known["dataset"] == name]
        flags = _flags(read, today)
        for kind, codes in CODE_OF.items():
            flagged = flags[flags["code"].isin(codes) & _is_kind(flags, kind)]
            rows.append(_row(name, kind, own, flagged, len(read.prices)))
    crossed = cross_check(reads["ohlcv"].prices, reads["ohlcv_raw"].prices)
    own = known[known["dataset"] == "ohlcv_raw"]
    for kind, label in CROSSED.items():
        flagged = crossed[crossed["kind"] == label]
        rows.append(_row("ohlcv_raw", kind, own, flagged, len(reads["ohlcv"].prices)))
    table = pd.DataFrame(rows)
    return table[(table["known"] > 0) | (table["false_alarms"] > 0)].reset_index(drop=True)


def _flags(read: ReadResult, today: date) -> pd.DataFrame:
    """Return the flags, with the market's gaps as one flag per symbol then listed."""
    flags = validate(read, today=today).flags
    spans = read.prices.groupby("symbol")["date"].agg(["min", "max"])
    gaps = [
        {"symbol": symbol, "date": day, "code": "D011", "detail": "has no bar"}
        for day in market_gaps(read.prices)
        for symbol in spans.index[(spans["min"] < day) & (spans["max"] > day)]
    ]
    return pd.concat([flags, pd.DataFrame(gaps)], ignore_index=True)


def _is_kind(flags: pd.DataFrame, kind: str) -> pd.Series:
    missing = flags["detail"] == "has no bar"
    return missing if kind == "session_missing" else ~missing


def _row(name: str, kind: str, own: pd.DataFrame, flagged: pd.DataFrame, rows: int) -> dict:
    known = own.loc[own["kind"] == kind, KEYS].drop_duplicates()
    flagged = flagged[KEYS].drop_duplicates()
    found = len(known.merge(flagged, on=KEYS))
    alarms = len(flagged) - found
    return {
        "dataset": name,
        "kind": kind,
        "known": len(known),
        "found": found,
        "recall": found / len(known) if len(known) else float("nan"),
        "false_alarms": alarms,
        "false_share": alarms / rows,
    }


if __name__ == "__main__":
    print(defect_recall(Path(sys.argv[1])).to_string(index=False, float_format="%.4f"))
