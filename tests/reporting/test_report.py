"""The report: self-contained, honest, safe against hostile names, the same bytes each time."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pandas as pd
import pytest

from vn30_training.evaluation.leaderboard import build_leaderboard, symbol_table
from vn30_training.reporting.gallery import CHARTS
from vn30_training.reporting.report import render_report

LOADING = {"src", "href", "data", "poster", "action", "srcset"}


class Page(HTMLParser):
    """What a browser would see: elements with attributes, and text outside scripts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._silent = 0
        self.feed(html)

    @property
    def alerts(self) -> list[str | None]:
        return [names["class"] for _, names in self.elements if names.get("role") == "alert"]

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        self._silent += tag in ("script", "style")

    def handle_endtag(self, tag):
        self._silent -= tag in ("script", "style")

    def handle_data(self, data):
        if not self._silent:
            self.text += data


@pytest.fixture(scope="module")
def html(run) -> str:
    return render_report(**run.arguments)


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return Page(html)


def figure_of(html: str, name: str) -> dict:
    found = re.search(rf'<script type="application/json" id="data-{name}">(.*?)</script>', html)
    return json.loads(found[1])


def test_loads_nothing_from_elsewhere(html, page):
    loads = [value for _, names in page.elements for key, value in names.items() if key in LOADING]
    assert [value for value in loads if not value.startswith("#")] == []
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)[1]
    assert "url(" not in style
    assert "@import" not in style


def test_names_every_family_floors_too(run, page):
    for family in run.instances["family"].unique():
        assert family in page.text


def test_each_chart_says_how_to_read_it_and_what_doing_nothing_gives(html, page):
    shown = [name for name in CHARTS if f'id="chart-{name}"' in html]
    assert set(CHARTS) - set(shown) == {"leaderboard"}
    for name in shown:
        assert CHARTS[name].reading in page.text
        assert CHARTS[name].nothing in page.text
        assert figure_of(html, name)["data"]


def test_same_arguments_give_the_same_bytes(run, html):
    assert render_report(**run.arguments) == html


def test_no_banner_without_cause(page):
    assert page.alerts == []


@pytest.mark.parametrize("where", ["manifest", "quality"])
def test_a_simulated_market_is_stamped(run, where):
    stamped = replace(run, **{where: getattr(run, where) | {"simulated": True}})
    page = Page(render_report(**stamped.arguments))
    assert page.alerts == ["banner simulated"]
    assert "SIMULATED" in page.text


def test_undated_membership_is_told(run):
    biased = replace(run, manifest=run.manifest | {"survivorship": True})
    page = Page(render_report(**biased.arguments))
    assert page.alerts == ["banner survivorship"]
    assert "survivorship-biased" in page.text
    lacking = replace(run, manifest=biased.manifest | {"missing_members": ["FLC", "ROS"]})
    text = Page(render_report(**lacking.arguments)).text
    assert "2 stocks of the index at the time have no prices here: FLC, ROS." in text


def test_hostile_strings_stay_text(run):
    evil = "<script>alert(1)</script>"
    renamed = {
        name: getattr(run, name).replace({"symbol": {run.manifest["symbols"][0]: evil}})
        for name in ("symbols", "forecasts")
    }
    instances = run.instances.assign(
        name=evil, reason=evil, status="failed", family=run.instances["family"]
    )
    quality = run.quality | {
        "issues": [issue | {"message": evil, "symbol": evil} for issue in run.quality["issues"]],
        "symbols": [run.quality["symbols"][0] | {"symbol": evil}],
    }
    hostile = replace(
        run, **renamed, instances=instances, quality=quality, manifest={"source": evil, evil: evil}
    )
    html = render_report(**hostile.arguments)
    scripts = [names for tag, names in Page(html).elements if tag == "script"]
    figures = len(CHARTS) - 1
    assert len(scripts) == figures + 3
    assert evil not in html
    assert evil in Page(html).text


def test_failures_stand_with_their_reasons(page):
    assert "41 training rows, at least 60 are needed" in page.text
    assert "no split was made: the model is a constant" in page.text
    assert "tft.BCM" in page.text


def test_empty_tables_give_a_report_that_says_so(run):
    nothing = {
        name: getattr(run, name).iloc[:0]
        for name in ("leaderboard", "symbols", "curves", "importance")
    }
    bare = replace(run, **nothing, quality={}, manifest={})
    text = Page(render_report(**bare.arguments)).text
    assert "No model could be ranked" in text


def one_family(run):
    return run.forecasts[run.forecasts["family"] == "ridge"]


@pytest.mark.parametrize(
    "chosen",
    [
        pytest.param(lambda run: run.forecasts.iloc[:0], id="none"),
        pytest.param(lambda run: run.forecasts.assign(y_true=float("nan")), id="unknown returns"),
        pytest.param(one_family, id="one family"),
        pytest.param(lambda run: one_family(run).query("symbol == 'ACB'"), id="one symbol"),
        pytest.param(lambda run: one_family(run).drop_duplicates("symbol"), id="one day"),
    ],
)
def test_few_forecasts_still_give_a_report(run, chosen):
    forecasts = chosen(run)
    board = build_leaderboard(forecasts, run.instances)
    few = replace(run, forecasts=forecasts, leaderboard=board, symbols=symbol_table(forecasts))
    text = Page(render_report(**few.arguments)).text
    assert "nan" not in text.lower()


def test_unknown_numbers_are_dashes(run):
    board = run.leaderboard.copy()
    figures = board.columns.difference(["family", "scope", "kind", "ranked", "verdict"])
    board[figures] = board[figures].astype(float) * float("nan")
    page = Page(render_report(**replace(run, leaderboard=board).arguments))
    assert "nan" not in page.text.lower()
    assert "–" in page.text


@pytest.mark.slow
def test_thirty_symbols_stay_below_eight_megabytes(fabricated):
    names = [f"S{i:02d}" for i in range(30)]
    html = render_report(**fabricated(names, 640).arguments)
    assert len(html.encode()) < 8e6


def test_figures_hold_no_nan_that_json_cannot(html):
    for name in CHARTS:
        if name != "leaderboard":
            assert pd.notna(json.dumps(figure_of(html, name), allow_nan=False))
