"""Quality of prices: what is wrong with each symbol, what was mended, and a score in parts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from vn30_training.market.checks import bars as bar_checks
from vn30_training.market.checks import calendar, cleaning
from vn30_training.market.checks.codes import issue
from vn30_training.market.checks.findings import Findings
from vn30_training.market.issues import DataIssue, Level
from vn30_training.market.quality_report import QualityReport, SymbolQuality, overall_score
from vn30_training.market.reading import ReadResult
from vn30_training.market.schema import KEYS, OPTIONAL, REQUIRED

_INCONSISTENT_WEIGHT = 10.0
_IMPLAUSIBLE_WEIGHT = 3.0
_FRESH_SESSIONS = 20
_GAPS_SHOWN = 5


class QualityOptions(BaseModel):
    """What counts as good enough.

    Attributes
    ----------
    threshold
        Lowest score a symbol, and the whole, may have.
    min_rows
        Shorter histories are told (D012) and lower the score in proportion.
    allow_drop_partial
        Leave an unfinished last bar out instead of refusing the symbol.
    max_bad_share
        Share of a symbol's rows above which contradictions and missing prices are errors.
    as_of
        Day the data should reach; None for the day of the check.
    max_stale_sessions
        Data ending earlier than this many sessions before ``as_of`` is told (D013).
    stale_is_error
        Refuse such data instead, as a forecast must.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    threshold: float = Field(default=0.8, ge=0, le=1)
    min_rows: int = Field(default=250, ge=1)
    allow_drop_partial: bool = True
    max_bad_share: float = Field(default=0.005, ge=0, le=1)
    as_of: date | None = None
    max_stale_sessions: int = Field(default=5, ge=0)
    stale_is_error: bool = False


@dataclass(frozen=True)
class Validated:
    """Prices fit for use (canonical, sorted, usable symbols only), the report and every flag."""

    prices: pd.DataFrame
    report: QualityReport
    flags: pd.DataFrame


def validate(
    read: ReadResult, options: QualityOptions | None = None, today: date | None = None
) -> Validated:
    """Check prices, mend what may be mended, and leave out symbols with errors.

    Parameters
    ----------
    read
        What the reader found.
    options
        What counts as good enough.
    today
        Day of the check. A ``datetime`` (Vietnam time) also tells whether today's bar is finished.

    Returns
    -------
    Validated
        Never raises for bad data; ``report.usable`` is False where nothing is left.
    """
    options, today = options or QualityOptions(), today or date.today()
    if read.simulated and isinstance(today, datetime):
        today = today.date()
    findings = Findings()
    bars = _cleaned(read.prices, options, today, findings)
    parts = _parts(bars, options, findings) if len(bars) else pd.DataFrame()
    found = [*read.issues, *findings.issues()]
    if len(bars):
        found += _told_of_time(bars, parts, options, today)
        found += _told_of_score(parts, found, options)
    symbols = _judged(read, bars, parts, findings, found)
    score = overall_score(symbols)
    if symbols and score < options.threshold:
        found.append(issue("D030", f"All symbols together score {score:.2f}."))
    report = QualityReport(
        source=read.source,
        simulated=read.simulated,
        checked_on=f"{today:%Y-%m-%d}",
        threshold=options.threshold,
        score=score,
        symbols=symbols,
        issues=found,
        repairs=[*read.repairs, *findings.repairs],
        files=read.files,
    )
    good = {entry.symbol for entry in symbols if entry.usable}
    return Validated(_finished(bars, good), report, findings.table())


def _cleaned(
    prices: pd.DataFrame, options: QualityOptions, today: date, findings: Findings
) -> pd.DataFrame:
    bars = prices.sort_values([*KEYS], kind="stable", ignore_index=True)
    bars = cleaning.drop_duplicates(bars, findings)
    bars = cleaning.refuse_impossible(bars, findings, today)
    bars = cleaning.drop_partial(bars, findings, today, options.allow_drop_partial)
    bars = cleaning.blank_zero_prices(bars, findings, options.max_bad_share)
    bars = cleaning.drop_leading_phantom(bars, findings)
    return bars.reset_index(drop=True)


def _parts(bars: pd.DataFrame, options: QualityOptions, findings: Findings) -> pd.DataFrame:
    """Run the checks that leave the bars as they are; return the parts of each symbol's score."""
    gross = bar_checks.check_order(bars, findings, options.max_bad_share)
    beyond = bar_checks.check_limit(bars, findings)
    still = bar_checks.check_standstill(bars, findings)
    bar_checks.check_shared(bars, findings)
    complete = calendar.check_sessions(bars, findings)
    by_symbol = pd.DataFrame({"gross": gross, "beyond": beyond, "still": still})
    shares = by_symbol.groupby(bars["symbol"]).mean()
    parts = pd.DataFrame(
        {
            "completeness": complete,
            "consistency": 1 - _INCONSISTENT_WEIGHT * shares["gross"],
            "plausibility": 1 - _IMPLAUSIBLE_WEIGHT * shares["beyond"],
            "activity": 1 - shares["still"],
            "length": bars["symbol"].value_counts(sort=False) / options.min_rows,
        }
    )
    return parts.clip(0, 1)


def _told_of_time(
    bars: pd.DataFrame, parts: pd.DataFrame, options: QualityOptions, today: date
) -> list[DataIssue]:
    """Tell of gaps (D011), short histories (D012) and early ends (D013); add the freshness."""
    told = []
    gaps = calendar.market_gaps(bars)
    if gaps:
        days = ", ".join(f"{day:%Y-%m-%d}" for day in gaps[:_GAPS_SHOWN])
        more = ", ..." if len(gaps) > _GAPS_SHOWN else "."
        told.append(issue("D011", f"No symbol has a bar on {len(gaps)} sessions: {days}{more}"))
    as_of = options.as_of or today
    behind = calendar.sessions_behind(bars, as_of)
    parts["freshness"] = (1 - behind / _FRESH_SESSIONS).clip(0, 1)
    rows = bars["symbol"].value_counts()
    for symbol in parts.index:
        if rows[symbol] < options.min_rows:
            message = f"{rows[symbol]} rows; {options.min_rows} are wanted."
            told.append(issue("D012", message, symbol=symbol))
        if behind[symbol] > options.max_stale_sessions:
            message = f"The last bar is {behind[symbol]} weekdays before {as_of:%Y-%m-%d}."
            level: Level = "error" if options.stale_is_error else "warning"
            told.append(issue("D013", message, level=level, symbol=symbol))
    return told


def _told_of_score(
    parts: pd.DataFrame, found: list[DataIssue], options: QualityOptions
) -> list[DataIssue]:
    """Add the score; tell of symbols below the threshold that no other error stops (D030)."""
    stopped = {entry.symbol for entry in found if entry.level == "error"}
    counted = parts.drop(columns="freshness")
    scores = counted.prod(axis=1)
    going = ~scores.index.isin(stopped)
    parts["score"] = scores.where(going, 0.0)
    told = []
    for symbol, score in scores[going & (scores < options.threshold)].items():
        worst = counted.loc[str(symbol)].astype(float).idxmin()
        message = f"Score {score:.2f} is below {options.threshold:g}, mostly for its {worst}."
        told.append(issue("D030", message, symbol=str(symbol)))
    return told


def _judged(
    read: ReadResult,
    bars: pd.DataFrame,
    parts: pd.DataFrame,
    findings: Findings,
    found: list[DataIssue],
) -> list[SymbolQuality]:
    errors: dict[str, DataIssue] = {}
    for entry in found:
        if entry.level == "error" and entry.symbol is not None:
            errors.setdefault(entry.symbol, entry)
    spans = bars.groupby("symbol")["date"].agg(["size", "min", "max"])
    flagged = findings.table().groupby("symbol")["date"].nunique()
    judged = []
    for symbol in sorted({*read.prices["symbol"], *errors}):
        known = symbol in parts.index
        row = parts.loc[symbol].round(4) if known else None
        judged.append(
            SymbolQuality(
                symbol=symbol,
                score=0.0 if row is None else float(row["score"]),
                parts={} if row is None else {n: float(row[n]) for n in row.index.drop("score")},
                rows=int(spans.loc[symbol, "size"]) if known else 0,
                first=f"{spans.loc[symbol, 'min']:%Y-%m-%d}" if known else None,
                last=f"{spans.loc[symbol, 'max']:%Y-%m-%d}" if known else None,
                flagged=int(flagged.get(symbol, 0)),
                excluded=f"{errors[symbol].code}: {errors[symbol].message}"
                if symbol in errors
                else None,
            )
        )
    return judged


def _finished(bars: pd.DataFrame, symbols: set[str]) -> pd.DataFrame:
    optional = [column for column in OPTIONAL if column in bars]
    kept = bars.loc[bars["symbol"].isin(symbols), [*REQUIRED, *optional]]
    return kept.reset_index(drop=True)
