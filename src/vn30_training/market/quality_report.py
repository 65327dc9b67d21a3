"""The verdict on the quality of a source: per symbol and in all, as plain JSON values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from vn30_training.market.issues import DataIssue


@dataclass(frozen=True)
class SymbolQuality:
    """One symbol's score: the product of its parts (freshness aside), 0 after an error.

    The parts lie in [0, 1]: ``completeness`` (sessions with a bar), ``consistency`` (bars without
    contradiction), ``plausibility`` (returns within the limit), ``activity`` (days with trade),
    ``length`` (rows against ``min_rows``), ``freshness`` (told, never counted in the score).
    """

    symbol: str
    score: float
    parts: dict[str, float]
    rows: int
    first: str | None
    last: str | None
    flagged: int
    excluded: str | None

    @property
    def usable(self) -> bool:
        """Say whether the symbol's prices go on."""
        return self.excluded is None


def overall_score(symbols: Sequence[SymbolQuality]) -> float:
    """Return the mean score, to 4 decimals; 0 where there are no symbols."""
    return round(sum(entry.score for entry in symbols) / max(len(symbols), 1), 4)


@dataclass(frozen=True)
class QualityReport:
    """The verdict on a source, JSON-serialisable.

    Attributes
    ----------
    source, simulated, checked_on
        What was checked, whether it is the simulated market, and when.
    threshold, score
        The overall score is the mean over all symbols asked for, excluded ones counting 0.
    symbols, issues, repairs, files
        One entry per symbol, finding, repair and file.
    """

    source: str
    simulated: bool
    checked_on: str
    threshold: float
    score: float
    symbols: list[SymbolQuality] = field(default_factory=list)
    issues: list[DataIssue] = field(default_factory=list)
    repairs: list[dict[str, Any]] = field(default_factory=list)
    files: list[dict[str, Any]] = field(default_factory=list)

    @property
    def excluded(self) -> dict[str, str]:
        """Symbols left out, with the reason."""
        return {entry.symbol: entry.excluded for entry in self.symbols if entry.excluded}

    @property
    def usable(self) -> bool:
        """Say whether any symbol is left."""
        return any(entry.usable for entry in self.symbols)

    @property
    def passed(self) -> bool:
        """Say whether the source as a whole reaches the threshold."""
        return self.usable and self.score >= self.threshold

    @property
    def errors(self) -> list[DataIssue]:
        """The issues that stopped a file, a symbol or everything."""
        return [entry for entry in self.issues if entry.level == "error"]

    def with_issues(self, issues: Sequence[DataIssue]) -> QualityReport:
        """Return a report that tells these as well; errors among them exclude their symbols."""
        stopped = {
            entry.symbol: f"{entry.code}: {entry.message}"
            for entry in issues
            if entry.level == "error"
        }
        symbols = [
            replace(entry, score=0.0, excluded=entry.excluded or stopped[entry.symbol])
            if entry.symbol in stopped
            else entry
            for entry in self.symbols
        ]
        return replace(
            self,
            issues=[*self.issues, *issues],
            symbols=symbols,
            score=overall_score(symbols),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values, with the derived ones a reader wants."""
        return {**asdict(self), "excluded": self.excluded, "usable": self.usable}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> QualityReport:
        """Return the report that `to_dict` was made of."""
        kept = {name: values[name] for name in cls.__dataclass_fields__}
        kept["symbols"] = [SymbolQuality(**entry) for entry in values["symbols"]]
        kept["issues"] = [DataIssue(**entry) for entry in values["issues"]]
        return cls(**kept)
