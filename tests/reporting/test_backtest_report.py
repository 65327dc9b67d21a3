"""The backtest's report: one safe page that opens offline, and the summary in the terminal."""

import io
import json
import re
import subprocess
import sys
from dataclasses import fields, replace
from itertools import pairwise

import pytest
from rich.console import Console
from tests.reporting.fabricated_backtest import fabricate_backtest
from tests.reporting.fabricated_evidence import healthy_audit, sick_audit
from tests.reporting.test_report import LOADING, Page

from vn30_training.reporting.backtest_console import summary
from vn30_training.reporting.backtest_gallery import MOST_DRAWN, OVERVIEW, SECTION, drawn
from vn30_training.reporting.backtest_report import (
    draw_backtest,
    exchange_facts,
    render_backtest,
)
from vn30_training.trading.backtest_tables import BacktestTables

MANIFEST = {
    "source": "prices",
    "survivorship": True,
    "traded_from": "2019-01-02",
    "backtest": {"capital": 1_000_000_000, "profile": "hose", "forecasts": "walk_forward"},
}
TABLES = [field.name for field in fields(BacktestTables)]


@pytest.fixture(scope="module")
def tables() -> BacktestTables:
    return fabricate_backtest()


@pytest.fixture(scope="module")
def html(tables) -> str:
    return render_backtest(tables, {}, MANIFEST, healthy_audit())


@pytest.fixture(scope="module")
def page(html) -> Page:
    return Page(html)


def rendered(tables, audit=None, **changes) -> str:
    return Page(render_backtest(replace(tables, **changes), {}, {}, audit)).text


def test_loads_nothing_from_elsewhere(html, page):
    loads = [value for _, names in page.elements for key, value in names.items() if key in LOADING]
    assert [value for value in loads if not value.startswith("#")] == []
    assert "url(" not in re.search(r"<style>(.*?)</style>", html, re.DOTALL)[1]


def test_every_section_is_linked_and_there(page):
    links = {names["href"][1:] for tag, names in page.elements if tag == "a"}
    sections = {names.get("id") for tag, names in page.elements if tag == "section"}
    assert links == sections - {"audit", "verdict"}


def test_warnings_and_audit_come_before_every_figure(html, page):
    assert page.alerts == ["banner survivorship"]
    order = [html.index(f'id="{name}"') for name in ("audit", "verdict", "strategies", "pages")]
    assert all(one < other for one, other in pairwise(order))
    assert "which flatters every return, that of buy and hold too" in page.text


def test_a_leak_or_no_audit_is_told_with_the_figures(tables):
    assert "none of these figures counts" in rendered(tables, sick_audit())
    assert "look-ahead is not ruled out" in rendered(tables)


def test_every_strategy_is_in_the_table_and_every_interval_visible(tables, page):
    rows = [names["class"] for tag, names in page.elements if tag == "tr" and "class" in names]
    assert rows.count("model") >= len(tables.strategies)
    for record in tables.performance.to_dict("records"):
        low, high = (f"{100 * record[name]:.1f}" for name in ("excess_low", "excess_high"))
        span = f"{low} to {high}".replace("-", "−").replace("−0.0 ", "0.0 ")
        if record["strategy"] != "buy_and_hold":
            assert span in page.text


def test_each_chart_says_how_to_read_it_and_has_data(tables, html, page):
    for chart in (*OVERVIEW.values(), *SECTION.values()):
        assert chart.reading in page.text
        assert chart.nothing in page.text
    found = re.findall(r'id="data-(.*?)">(.*?)</script>', html)
    assert len(found) == len(OVERVIEW) + len(SECTION) * len(drawn(tables))
    assert len({name for name, _ in found}) == len(found)
    for _, content in found:
        assert json.loads(content)["data"]
        assert "NaN" not in content


def test_figures_by_name_are_those_of_the_page(tables, html):
    names = set(draw_backtest(tables))
    assert names == set(re.findall(r'id="data-(.*?)"', html))
    assert all(re.fullmatch(r"\w+", name) for name in names)


def test_same_arguments_give_the_same_bytes(tables, html):
    assert render_backtest(tables, {}, MANIFEST, healthy_audit()) == html


def test_rebalances_stand_in_their_order(page):
    texts = re.findall(r"daily (?:no better|worse), weekly .*?, monthly ", page.text)
    assert texts


def test_why_an_interval_above_zero_is_no_claim(tables):
    table = tables.performance.assign(excess_low=0.01, excess_high=0.3, dsr=0.61)
    text = rendered(tables, performance=table)
    assert "interval 1.0 to 30.0 %, but the deflated Sharpe probability is 0.61." in text
    assert "better than buy and hold after costs: +" not in text.replace("no better than", "")


def test_how_it_was_traded(page):
    for fact in ("walk forward", "hose", "1,000,000,000 VND", "2019-01-02"):
        assert fact in page.text


@pytest.mark.parametrize(
    "name", ["all", *(pytest.param(name, marks=pytest.mark.slow) for name in TABLES)]
)
def test_every_table_may_be_empty(tables, name):
    names = TABLES if name == "all" else [name]
    bare = {table: getattr(tables, table).iloc[:0] for table in names}
    assert "nan" not in rendered(tables, **bare).lower()


def test_tables_without_their_columns_are_empty_too(tables):
    keys = ["family", "scope", "strategy", "rebalance"]
    names = ("unfilled", "stops", "sensitivity", "chance", "notes", "trades", "gross")
    bare = {name: getattr(tables, name)[keys].iloc[:0] for name in names}
    assert "No optimiser fell back." in rendered(tables, **bare)


def test_unknown_numbers_are_dashes(tables):
    def unknown(table):
        figures = table.select_dtypes("float").columns
        return table.assign(**{name: float("nan") for name in figures})

    names = [name for name in TABLES if name not in ("daily", "gross")]
    text = rendered(tables, **{name: unknown(getattr(tables, name)) for name in names})
    assert "nan" not in text.lower().replace("finance", "")
    assert "is better than" not in text
    assert "not judged" in text


def test_hostile_strings_stay_text(tables):
    evil = "</script><script>alert(1)</script>"
    named = {name: getattr(tables, name).replace({"strategy": {"topk_5": evil}}) for name in TABLES}
    changed = replace(BacktestTables(**named), notes=named["notes"].assign(reason=evil))
    html = render_backtest(changed, {}, {}, None)
    assert evil not in html
    assert evil in Page(html).text


def test_families_take_turns_and_results_do_not_choose():
    families = [("ridge", "pooled"), *(("lstm", scope) for scope in ("pooled", "symbol"))]
    strategies = [f"topk_{count:02d}" for count in range(12)]
    tables = fabricate_backtest(60, families, strategies)
    chosen = drawn(tables)
    assert len(chosen) == MOST_DRAWN
    assert sum(family == "ridge" for family, _, _ in chosen) == 12
    assert {strategy for _, _, strategy in chosen} == set(strategies)
    scopes = [scope for family, scope, _ in chosen if family == "lstm"]
    assert scopes.count("pooled") == scopes.count("symbol") == 6
    reversed_results = tables.performance.assign(sharpe=-tables.performance["sharpe"])
    assert drawn(replace(tables, performance=reversed_results)) == chosen


@pytest.mark.slow
def test_a_hundred_strategies_and_eight_years_stay_below_ten_megabytes():
    families = [(family, scope) for family in "abcd" for scope in ("pooled", "symbol", "finetuned")]
    tables = fabricate_backtest(1900, families, ("topk_5", "threshold_return", "score_rank"))
    html = render_backtest(tables, {}, {}, None)
    assert len(html.encode()) < 10e6
    assert "12 more are in the table only" in Page(html).text


def printed(tables, **options) -> str:
    console = Console(file=io.StringIO(), width=80)
    console.print(summary(tables, "/a/path/backtest_report.html", 12.3, **options), soft_wrap=True)
    return console.file.getvalue()


def test_the_terminal_tells_verdicts_and_where_the_report_is(tables):
    text = printed(tables, survivorship=True)
    assert "Survivorship-biased" in text
    assert "SIMULATED" not in text
    assert re.search(r"^buy_and_hold ", text, re.MULTILINE)
    assert re.search(r"^lightgbm +per symbol +6 ", text, re.MULTILINE)
    assert "Buy and hold: None of 18 strategies" in text
    assert text.isascii() or set(text) - set(map(chr, range(128))) == {"─"}
    assert text.splitlines()[-1] == "/a/path/backtest_report.html"
    assert "SIMULATED" in printed(tables, simulated=True)


def test_the_summary_does_not_load_plotly():
    code = (
        "import sys, vn30_training.reporting.backtest_console; "
        "assert not {'plotly', 'numba', 'scipy.stats'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("basis", "rows", "without", "words"),
    [
        ("adjusted", 0, 0, "in the adjusted prices"),
        ("adjusted", 2, 0, "in the adjusted prices; the file of corporate actions has no effect"),
        ("raw", 0, 0, "inferred from raw and adjusted closes"),
        ("raw", 1, 0, "1 row of the file; elsewhere inferred from raw and adjusted closes"),
        ("raw", 9, 4, "9 rows of the file (4 of stocks without prices); elsewhere inferred"),
    ],
)
def test_where_dividends_come_from_is_said(basis, rows, without, words):
    manifest = {
        "basis": basis,
        "corporate_actions": rows,
        "corporate_actions_without_prices": without,
    }
    ((about, told),) = exchange_facts(manifest)
    assert about == "Dividends and bonus shares"
    assert told.startswith(words)
