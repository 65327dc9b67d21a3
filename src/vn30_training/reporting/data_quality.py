"""The data-quality page and table: what the user's files are worth, and what to mend."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from vn30_training.market.checks.codes import CODES, REPAIRS
from vn30_training.reporting.formatting import count, number
from vn30_training.reporting.headline import banners
from vn30_training.reporting.pages import page
from vn30_training.reporting.tables import issue_groups, repair_groups


def render_quality(quality: Mapping[str, Any]) -> str:
    """Return the quality report as one self-contained HTML page without scripts.

    Parameters
    ----------
    quality
        What `vn30_training.market.quality_report.QualityReport.to_dict` returns.
    """
    symbols = sorted(quality.get("symbols", ()), key=lambda record: str(record["symbol"]))
    return page("quality.html.j2").render(
        banners=banners({}, quality),
        facts=_facts(quality),
        threshold=quality.get("threshold", 0.8),
        parts=list(dict.fromkeys(part for record in symbols for part in record["parts"])),
        symbols=symbols,
        excluded=[record for record in symbols if record["excluded"]],
        issues=issue_groups(quality.get("issues", ()), CODES),
        repairs=repair_groups(quality.get("repairs", ()), REPAIRS),
        files=quality.get("files", []),
    )


def quality_table(quality: Mapping[str, Any]) -> pd.DataFrame:
    """Return one row per symbol: score, parts, span, why it was left out, number of findings."""
    found = pd.DataFrame(quality.get("issues", []), columns=["symbol", "level"])
    counts = found.groupby(["symbol", "level"]).size()
    rows = [
        {
            "symbol": record["symbol"],
            "score": record["score"],
            **record["parts"],
            **{name: record[name] for name in ("rows", "first", "last", "flagged")},
            "errors": int(counts.get((record["symbol"], "error"), 0)),
            "warnings": int(counts.get((record["symbol"], "warning"), 0)),
            "excluded": record["excluded"] or "",
        }
        for record in quality.get("symbols", ())
    ]
    return pd.DataFrame(rows).sort_values("symbol", ignore_index=True) if rows else pd.DataFrame()


def _facts(quality: Mapping[str, Any]) -> list[tuple[str, str]]:
    symbols = quality.get("symbols", ())
    kept = sum(not record["excluded"] for record in symbols)
    return [
        ("Prices", str(quality.get("source", ""))),
        ("Score of all", number(quality.get("score"), 2)),
        ("Least score to be used", number(quality.get("threshold"), 2)),
        ("Symbols used", f"{kept} of {len(symbols)}"),
        ("Errors", count(_level(quality, "error"))),
        ("Warnings", count(_level(quality, "warning"))),
        ("Checked on", str(quality.get("checked_on", ""))),
    ]


def _level(quality: Mapping[str, Any], level: str) -> int:
    return sum(issue["level"] == level for issue in quality.get("issues", ()))
