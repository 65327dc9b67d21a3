"""What a run says at its end, whatever part of the project was run."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import fields
from typing import Any

import pandas as pd
from rich import box
from rich.console import Console
from rich.table import Table

from vn30_training.evaluation.evidence import Evidence
from vn30_training.market.issues import DataIssue
from vn30_training.models.check import Check
from vn30_training.reporting import backtest_console, evaluation_console, orders_console
from vn30_training.reporting.audit_section import audit_section
from vn30_training.reporting.console import summary
from vn30_training.reporting.formatting import number, percent, plain
from vn30_training.reporting.preflight import render
from vn30_training.reporting.search import search_line
from vn30_training.reporting.seconds import with_seconds
from vn30_training.trading.backtest_tables import BacktestTables

VERDICTS = frozenset({"refuse_leaks", "refuse_or_be_ready"})
"""Nodes that fail because of what was found, which is told all the same."""
_SHOWN = 12
_AUDIT_STYLES = {"clean": "green", "leak": "bold red"}
_INSTANCE_COLUMNS = {
    "rank IC": "rank_ic",
    "IC in time": "time_ic",
    "MAE skill": "mae_skill",
    "accuracy": "accuracy",
    "majority": "majority_accuracy",
    "80 % holds": "coverage_80",
}


def tell(catalog: Any, outputs: Set[str], seconds: float) -> None:
    """Print the summary that fits what was run: the report, the next session, data, or instances.

    Parameters
    ----------
    catalog
        The run's catalog.
    outputs
        Names of all datasets that the run's nodes make.
    seconds
        How long the run took.
    """
    console = Console(soft_wrap=True)
    if "report_html" in outputs:
        console.print(_whole(catalog, seconds))
        _left_out(console, catalog)
    elif "evaluation_report_html" in outputs:
        console.print(_evaluation(catalog, seconds))
        _left_out(console, catalog)
    elif "backtest_report_html" in outputs:
        console.print(_backtests(catalog, seconds))
    elif "preflight" in outputs:
        console.print(render([Check(**one) for one in catalog.load("preflight")["checks"]]))
    elif "audit" in outputs:
        _audit(console, catalog)
    elif "orders" in outputs:
        told = catalog.load("orders"), catalog.load("orders_summary")
        console.print(orders_console.render(*told, catalog["orders"].path.with_suffix(".csv")))
    elif "next_session" in outputs:
        _next_session(console, catalog)
    else:
        if "data_quality_html" in outputs:
            _quality(console, catalog)
        _instances(console, catalog, sorted(name for name in outputs if name.endswith(".scores")))


def _whole(catalog: Any, seconds: float) -> Any:
    instances, manifest = catalog.load("instances"), catalog.load("run_manifest")
    return summary(
        with_seconds(catalog.load("leaderboard"), instances, catalog.load("seconds")),
        instances,
        catalog["report_html"].path,
        seconds,
        simulated=manifest["simulated"],
        survivorship=manifest["survivorship"],
    )


def _evaluation(catalog: Any, seconds: float) -> Any:
    names = [one.name for one in fields(Evidence) if one.name != "trials"]
    evidence = Evidence(
        **{name: catalog.load(f"evidence_{name}") for name in names},
        trials=catalog.load("trial_count"),
    )
    manifest = catalog.load("evaluation_manifest")
    return evaluation_console.summary(
        evidence,
        catalog.load("known_audit"),
        catalog["evaluation_report_html"].path,
        seconds,
        simulated=manifest["simulated"],
        survivorship=manifest["survivorship"],
        manifest=manifest,
    )


def _backtests(catalog: Any, seconds: float) -> Any:
    tables = BacktestTables(
        **{one.name: catalog.load(f"backtest_{one.name}") for one in fields(BacktestTables)}
    )
    manifest = catalog.load("backtest_manifest")
    return backtest_console.summary(
        tables,
        catalog["backtest_report_html"].path,
        seconds,
        simulated=manifest["simulated"],
        survivorship=manifest["survivorship"],
    )


def _audit(console: Console, catalog: Any) -> None:
    """Tell the verdict, and of each failure what was seen and where."""
    audit = catalog.load("audit")
    section = audit_section(audit, {})
    console.print(f"Leakage audit: {section.title}.", style=_AUDIT_STYLES.get(section.kind))
    console.print(plain(section.text), markup=False, highlight=False)
    for finding in section.findings:
        if finding.verdict == "fail":
            told = f"  {finding.check}, {finding.subjects}: {finding.sickness}. {finding.detail}"
            console.print(plain(told), markup=False, highlight=False)
    console.print(f"All findings: {catalog['audit'].path}")


def _quality(console: Console, catalog: Any) -> None:
    quality = catalog.load("quality")
    usable = len(quality["symbols"]) - len(quality["excluded"])
    console.print(f"Quality {number(quality['score'], 2)}: {usable} symbols usable.")
    _left_out(console, catalog)
    console.print(f"Details: {catalog['data_quality_html'].path}")


def _left_out(console: Console, catalog: Any) -> None:
    """Tell of each symbol that was refused the first error: code, file, what, and how to fix it."""
    quality = catalog.load("quality")
    errors = [DataIssue(**one) for one in quality["issues"] if one["level"] == "error"]
    for symbol, reason in sorted(quality["excluded"].items()):
        told = next((str(error) for error in errors if error.symbol == symbol), reason)
        console.print(f"Left out: {told}", markup=False, highlight=False)


def _next_session(console: Console, catalog: Any) -> None:
    table: pd.DataFrame = catalog.load("next_session")
    first = table.iloc[0]
    if catalog.load("as_of")["simulated"]:
        console.print("SIMULATED market: nothing here says anything of real stocks.")
    console.print(
        f"Known up to {first['date']:%Y-%m-%d}, tradable on {first['trade_date']:%Y-%m-%d}, "
        f"judged on {first['label_end']:%Y-%m-%d}. Highest ranks of the pooled models:"
    )
    pooled = table[(table["scope"] == "pooled") & (table["rank"] <= 3)]
    grid = _grid("family", "rank", "symbol", "return %", "10 % to 90 %", "P(up) %")
    for row in pooled.drop_duplicates(["family", "rank"]).to_dict("records"):
        expected = percent(row["y_pred"], 2, signed=True)
        band = f"{percent(row['q10'], signed=True)} to {percent(row['q90'], signed=True)}"
        rank, up = str(row["rank"]), percent(row["p_up"], 0)
        grid.add_row(row["family"], rank, row["symbol"], expected, band, up)
    console.print(grid)
    console.print(f"All {len(table)} forecasts: {catalog['next_session'].path.with_suffix('.csv')}")


def _instances(console: Console, catalog: Any, names: list[str]) -> None:
    if not names:
        return
    grid = _grid("instance", "status", *_INSTANCE_COLUMNS)
    records = [catalog.load(name) for name in names[:_SHOWN]]
    for record in records:
        metrics = record.get("metrics", {})
        figures = [number(metrics.get(key), 3) for key in _INSTANCE_COLUMNS.values()]
        grid.add_row(record["name"], record["status"], *figures)
    console.print(grid)
    for line in filter(None, map(search_line, records)):
        console.print(line, markup=False, highlight=False)
    if len(names) > _SHOWN:
        console.print(f"and {len(names) - _SHOWN} more: {catalog[names[0]].path.parents[1]}")


def _grid(*headings: str) -> Table:
    grid = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="dim")
    for position, heading in enumerate(headings):
        first = position == 0
        grid.add_column(heading, justify="left" if first else "right", no_wrap=first)
    return grid
