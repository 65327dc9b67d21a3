import pandas as pd
import pytest

from vn30_training.market.issues import DataIssue
from vn30_training.market.quality_report import QualityReport, SymbolQuality
from vn30_training.reporting.data_quality import quality_table, render_quality


@pytest.fixture(scope="module")
def html(run) -> str:
    return render_quality(run.quality)


def test_loads_nothing_and_runs_nothing(html):
    assert "<script" not in html
    assert "src=" not in html
    assert "http" not in html


def test_tells_symbols_findings_repairs_and_files(run, html):
    for record in run.quality["symbols"]:
        assert record["symbol"] in html
    assert "Dong and thousand dong are mixed" in html
    assert "duplicates_dropped" in html
    assert run.quality["files"][3]["sha256"] in html


def test_hostile_names_stay_text(run):
    evil = "<script>alert(1)</script>"
    quality = run.quality | {"symbols": [run.quality["symbols"][0] | {"symbol": evil}]}
    assert evil not in render_quality(quality)


def test_a_simulated_market_is_stamped(run, html):
    assert "SIMULATED" not in html
    assert "SIMULATED" in render_quality(run.quality | {"simulated": True})


def test_reads_what_a_real_report_writes():
    report = QualityReport(
        source="prices",
        simulated=False,
        checked_on="2025-08-26",
        threshold=0.8,
        score=0.5,
        symbols=[
            SymbolQuality(
                "VCB", 1.0, {"completeness": 1.0}, 10, "2025-01-02", "2025-01-15", 0, None
            ),
            SymbolQuality("ROS", 0.0, {}, 0, None, None, 0, "no data"),
        ],
        issues=[DataIssue("D026", "error", "ROS has no data.", "Add it.", symbol="ROS")],
        repairs=[{"repair": "rows_sorted", "symbol": "VCB", "file": "VCB.csv", "rows": 10}],
    )
    html = render_quality(report.to_dict())
    assert "1 of 2" in html
    table = quality_table(report.to_dict()).set_index("symbol")
    assert table.loc["ROS", ["errors", "warnings", "excluded"]].tolist() == [1, 0, "no data"]
    assert table.loc["VCB", "completeness"] == 1.0


def test_a_report_of_nothing():
    html = render_quality({})
    assert "Nothing was found to complain of" in html
    assert quality_table({}).equals(pd.DataFrame())
