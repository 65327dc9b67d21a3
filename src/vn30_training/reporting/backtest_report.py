"""The report of a backtest: one HTML file, "no better than buy and hold" unless shown otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plotly.offline import get_plotlyjs

from vn30_training.reporting import backtest_lines as lines
from vn30_training.reporting.audit_section import AuditSection, audit_section
from vn30_training.reporting.backtest_gallery import OVERVIEW, draw_backtest
from vn30_training.reporting.backtest_sections import backtest_sections
from vn30_training.reporting.backtest_words import takeaways
from vn30_training.reporting.charts import panels_of
from vn30_training.reporting.figures.theme import template
from vn30_training.reporting.formatting import count, plural
from vn30_training.reporting.headline import banners, facts, is_simulated
from vn30_training.reporting.pages import embedded, page
from vn30_training.reporting.tables import flatten
from vn30_training.trading.backtest_tables import BacktestTables

__all__ = ["draw_backtest", "render_backtest"]


def render_backtest(
    tables: BacktestTables,
    quality: Mapping[str, Any],
    manifest: Mapping[str, Any],
    audit: Mapping[str, Any] | None,
) -> str:
    """Return the report of a backtest as one self-contained HTML page.

    The same arguments give the same bytes.

    Parameters
    ----------
    tables
        What was found; any of its tables may be empty.
    quality
        The quality report as a dictionary.
    manifest
        What was run: the keys of `headline`. All of it is shown, folded, at the end.
    audit
        The leakage audit, as `audit_section` reads it; None where none was made.
    """
    verdicts = audit_section(audit, manifest, tables.strategies["family"])
    rows, zero = lines.strategy_lines(tables)
    fees, fee_rows = lines.fee_lines(tables)
    sections = backtest_sections(tables)
    return page("backtest.html.j2").render(
        banners=banners(manifest, quality),
        facts=facts(manifest),
        exchange=exchange_facts(manifest),
        audit=verdicts,
        sentences=takeaways(tables, _caveats(verdicts, quality, manifest)),
        rows=rows,
        zero=zero,
        fees=fees,
        fee_rows=fee_rows,
        stops=lines.stop_lines(tables),
        notes=lines.note_lines(tables),
        panels=panels_of(OVERVIEW, tables),
        sections=sections,
        left_out=_groups(tables) - len(sections),
        manifest=flatten(manifest),
        themes=embedded({mode: template(mode).to_plotly_json() for mode in ("light", "dark")}),
        plotly=get_plotlyjs(),
    )


def _caveats(
    verdicts: AuditSection, quality: Mapping[str, Any], manifest: Mapping[str, Any]
) -> list[str]:
    """Return what holds for every figure, whatever the strategy."""
    told = [verdicts.caveat]
    if manifest.get("survivorship"):
        told.append(
            "The stocks are survivors, which flatters every return, that of buy and hold too."
        )
    if is_simulated(manifest, quality):
        told.append("The market is simulated.")
    return [caveat for caveat in told if caveat]


def exchange_facts(manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return how it was traded, as pairs of word and value; what the manifest lacks is left out."""
    options = manifest.get("backtest") or {}
    capital = options.get("capital")
    pairs = [
        ("Traded from", str(manifest.get("traded_from") or "")),
        ("Forecasts", str(options.get("forecasts") or "").replace("_", " ")),
        ("Exchange", str(options.get("profile") or "")),
        ("Rules", str(options.get("market") or "")),
        ("Capital", f"{count(capital)} VND" if capital else ""),
        ("Dividends and bonus shares", _actions(manifest)),
    ]
    return [(word, value) for word, value in pairs if value]


def _actions(manifest: Mapping[str, Any]) -> str:
    """Return where corporate actions come from."""
    rows, without = (manifest.get(f"corporate_actions{of}", 0) for of in ("", "_without_prices"))
    if manifest.get("basis") == "adjusted":
        told = "in the adjusted prices"
        return f"{told}; the file of corporate actions has no effect" if rows else told
    if manifest.get("basis") != "raw":
        return ""
    told = "inferred from raw and adjusted closes"
    if not rows:
        return told
    of_others = f" ({count(without)} of stocks without prices)" if without else ""
    return f"{plural(rows, 'row')} of the file{of_others}; elsewhere {told}"


def _groups(tables: BacktestTables) -> int:
    return len(tables.strategies[["family", "scope", "strategy"]].drop_duplicates())
