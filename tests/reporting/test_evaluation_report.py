"""The evaluation's report: the audit first, no claim without proof, safe, the same bytes."""

import io
import json
import re
from dataclasses import fields, replace

import pandas as pd
import pytest
from rich.console import Console
from tests.reporting.fabricated_evidence import (
    REGIMES,
    Evaluation,
    fabricate_evaluation,
    sick_audit,
)
from tests.reporting.test_report import LOADING, Page

from vn30_training.evaluation.calibration_slices import SYMBOL_ROWS
from vn30_training.evaluation.comparison import BENCHMARKS
from vn30_training.evaluation.evidence import Evidence
from vn30_training.evaluation.folds import STITCHING, WalkForwardOptions, scheme
from vn30_training.evaluation.regimes import regimes
from vn30_training.reporting.evaluation_console import summary
from vn30_training.reporting.evaluation_gallery import CHARTS, evaluated
from vn30_training.reporting.evaluation_report import (
    draw_evaluation,
    render_evaluation,
    scheme_facts,
)
from vn30_training.reporting.figures.regimes import regimes_figure
from vn30_training.reporting.figures.slices import slices_figure

TABLES = [field.name for field in fields(Evidence) if field.name != "trials"]


@pytest.fixture(scope="module")
def evaluation(run) -> Evaluation:
    return fabricate_evaluation(run)


@pytest.fixture(scope="module")
def html(evaluation) -> str:
    return render_evaluation(**evaluation.arguments)


@pytest.fixture(scope="module")
def page(html) -> Page:
    return Page(html)


def rendered(evaluation, **changes) -> str:
    return Page(render_evaluation(**replace(evaluation, **changes).arguments)).text


def test_loads_nothing_from_elsewhere(html, page):
    loads = [value for _, names in page.elements for key, value in names.items() if key in LOADING]
    assert [value for value in loads if not value.startswith("#")] == []
    assert html.count("plotly.js v") <= 2
    assert "url(" not in re.search(r"<style>(.*?)</style>", html, re.DOTALL)[1]


def test_every_section_is_linked_and_there(page):
    links = {names["href"][1:] for tag, names in page.elements if tag == "a"}
    sections = {names.get("id") for tag, names in page.elements if tag == "section"}
    assert links == sections - {"audit", "verdict"}


def test_the_audit_comes_before_every_figure(html):
    assert html.index('id="audit"') < html.index('id="verdict"') < html.index('id="leaderboard"')


def test_each_chart_says_how_to_read_it_and_what_doing_nothing_gives(html, page):
    for name, chart in CHARTS.items():
        assert f'id="chart-{name}"' in html
        assert chart.reading in page.text
        assert chart.nothing in page.text
        found = re.search(rf'id="data-{name}">(.*?)</script>', html)
        assert json.loads(found[1])["data"]
        assert "NaN" not in found[1]


def test_floors_stand_in_every_comparing_figure(evaluation):
    figures = draw_evaluation(evaluation.evidence, evaluation.forecasts, evaluation.manifest)
    for name, figure in figures.items():
        if name != "timeline":
            assert "floor" in figure.to_json(), name


def test_same_arguments_give_the_same_bytes(evaluation, html):
    assert render_evaluation(**evaluation.arguments) == html


def test_neither_a_missing_audit_nor_unlogged_trials_are_passed_over(evaluation):
    text = rendered(evaluation, audit=None, evidence=replace(evaluation.evidence, trials={}))
    assert "Not audited" in text
    assert "kedro run --pipeline=audit" in text
    assert "look-ahead is not ruled out" in text
    assert "was not logged" in text


def test_a_leak_takes_every_figure_back(evaluation):
    text = rendered(evaluation, audit=sick_audit())
    assert "LEAK FOUND" in text
    assert "centred rolling mean" in text
    families = evaluation.evidence.leaderboard.query("kind != 'naive'")["family"].nunique()
    assert text.count("none of these figures counts") == families + 1


def test_number_of_comparisons_and_trials_is_told(evaluation, page):
    paired = evaluation.evidence.paired
    floors = paired[paired["other_family"] == paired["metric"].map(BENCHMARKS)]
    for size in floors.groupby("metric").size():
        assert f"over {size} comparisons" in page.text
    assert "57 trials were logged on these data." in page.text


@pytest.mark.parametrize(
    "name",
    [
        "all",
        *(pytest.param(name, marks=pytest.mark.slow) for name in TABLES),
    ],
)
def test_every_table_may_be_empty(evaluation, name):
    tables = TABLES if name == "all" else [name]
    bare = {table: getattr(evaluation.evidence, table).iloc[:0] for table in tables}
    text = rendered(evaluation, evidence=replace(evaluation.evidence, **bare))
    assert "nan" not in text.lower()


def test_unknown_numbers_are_dashes(evaluation):
    def unknown(table: pd.DataFrame) -> pd.DataFrame:
        figures = table.select_dtypes("float").columns
        return table.assign(**{name: float("nan") for name in figures})

    blank = {name: unknown(getattr(evaluation.evidence, name)) for name in TABLES}
    text = rendered(evaluation, evidence=replace(evaluation.evidence, **blank))
    assert "nan" not in text.lower()
    assert "better than" not in text.lower()


def test_hostile_strings_stay_text(evaluation):
    evil = "<script>alert(1)</script>"
    evidence = replace(
        evaluation.evidence,
        regimes=evaluation.evidence.regimes.assign(regime=evil),
        selection=evaluation.evidence.selection.assign(most=evil),
    )
    audit = sick_audit() | {"summary": evil, "findings": [{"check": evil, "verdict": "fail"}]}
    instances = evaluation.instances.assign(reason=evil, status="failed")
    hostile = replace(evaluation, evidence=evidence, audit=audit, instances=instances)
    html = render_evaluation(**hostile.arguments)
    assert evil not in html
    assert evil in Page(html).text


def test_instances_of_many_folds_are_told_once(evaluation):
    instances = pd.concat(
        [
            evaluation.instances.assign(
                fold=fold, name=evaluation.instances["name"] + f".fold_{fold}"
            )
            for fold in (1, 2)
        ],
        ignore_index=True,
    )
    assert "tft.BCM (fold 1, 2)" in rendered(evaluation, instances=instances)


def test_how_it_was_validated(evaluation, page):
    facts = dict(scheme_facts(evaluation.manifest["scheme"]))
    assert facts["Folds"] == "7"
    assert facts["Tested at a time"] == "a calendar year"
    assert STITCHING in page.text
    assert scheme_facts({}) == []


def test_rolling_windows_and_folds_without_data_are_told():
    options = WalkForwardOptions(
        window="rolling", train=252, test=63, step=21, retrain=3, warm_start=True, folds=2
    )
    plans = [{"fold": 1, "reason": "too few sessions"}, {"fold": 2}]
    facts = dict(scheme_facts(scheme("rolling", options, plans)))
    assert facts["Window"] == "rolling of 252 sessions"
    assert facts["Folds"] == "2, 1 of them without data before it"
    assert facts["Tested at a time"] == "63 sessions, 21 sessions apart"
    assert facts["Retrained"] == "at every 3 folds"
    assert facts["Networks"] == "go on from the fold before, with its inputs"


@pytest.fixture(scope="module")
def simulated(evaluation) -> Evaluation:
    """A warm start on a simulated market, regimes named as there; no stock has a year of days."""
    names = dict(zip(REGIMES, regimes(), strict=False))
    table = evaluation.evidence.calibration.replace({"slice": names})
    table = table.assign(n=table["n"].mask(table["kind"] == "symbol", SYMBOL_ROWS - 1))
    evidence = replace(
        evaluation.evidence,
        regimes=evaluation.evidence.regimes.replace({"regime": names}),
        calibration=table.assign(coverage_50=0.5, coverage_80=0.8, coverage_90=0.9),
    )
    warm = evaluation.manifest["scheme"] | {"warm_start": True}
    manifest = evaluation.manifest | {"simulated": True, "scheme": warm}
    return replace(evaluation, evidence=evidence, manifest=manifest)


@pytest.fixture(scope="module")
def simulated_text(simulated) -> str:
    return rendered(simulated)


def test_a_warm_start_is_told_where_selections_are_compared(page, simulated_text):
    told = "keep the features and processors of their first fold"
    assert told not in page.text
    assert told in simulated_text


def test_regimes_of_a_simulated_market_are_called_by_their_months(simulated, simulated_text):
    names = list(simulated.evidence.regimes["regime"].unique())[1:]
    assert "peak of 2018" in names
    assert [name for name in names if name in simulated_text] == []
    assert "2018-01 to 2018-04" in simulated_text
    drawn = evaluated(simulated.evidence, simulated.forecasts, simulated.manifest).evidence
    for figure in (
        regimes_figure(drawn.regimes, drawn.leaderboard),
        slices_figure(drawn.calibration, drawn.leaderboard, "given"),
    ):
        assert "2018" in figure.to_json()
        assert [name for name in names if name.replace(" ", "<br>") in figure.to_json()] == []


def test_no_calibration_target_is_missed_that_was_not_asked(simulated_text):
    start, end = (simulated_text.index(words) for words in ("do they hold", "Where returns fall"))
    assert not re.search(r"\b(met|missed)\b", simulated_text[start:end])


def test_the_luck_of_choosing_is_told_of_models_only(page):
    assert "choosing the best of 24 models is 44 %" in page.text
    assert "Floors are left out, as they are not chosen among." in page.text


@pytest.mark.slow
def test_thirty_symbols_and_seven_years_stay_below_eight_megabytes(fabricated):
    run = fabricated([f"S{i:02d}" for i in range(30)], 1700)
    html = render_evaluation(**fabricate_evaluation(run).arguments)
    assert len(html.encode()) < 8e6


def printed(evaluation, audit, **options) -> str:
    console = Console(file=io.StringIO(), width=80)
    path = "/a/path/evaluation_report.html"
    console.print(summary(evaluation.evidence, audit, path, 12.3, **options), soft_wrap=True)
    return console.file.getvalue()


def test_the_terminal_tells_audit_families_and_where_the_report_is(evaluation):
    text = printed(evaluation, evaluation.audit, survivorship=True)
    assert "Leakage audit: No leak found" in text
    assert "Survivorship-biased" in text
    for family in ("ridge", "lightgbm", "lstm", "tft"):
        assert re.search(rf"^{family}: .*reversal_1", text, re.MULTILINE)
    assert text.splitlines()[-1] == "/a/path/evaluation_report.html"
    assert "SIMULATED" not in text
    assert "Not audited" in printed(evaluation, None, simulated=True)
