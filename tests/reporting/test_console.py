import io

import pytest
from rich.console import Console

from vn30_training.reporting.console import summary

REPORT = "/home/someone/with/a/very/long/path/to/the/project/vn30/data/08_reporting/report.html"


def printed(run, width, encoding="utf-8", soft_wrap=True, **options) -> str:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    console = Console(file=stream, width=width)
    told = summary(run.leaderboard, run.instances, REPORT, 512.3, **options)
    console.print(told, soft_wrap=soft_wrap)
    stream.flush()
    return stream.buffer.getvalue().decode(encoding)


@pytest.mark.parametrize("width", [60, 80, 100, 140])
def test_fits_any_width_without_cutting_a_cell(run, width):
    text = printed(run, width)
    body = [line for line in text.splitlines() if line.strip() != REPORT]
    assert max(map(len, body)) <= width
    assert "…" not in text
    for family in run.leaderboard["family"]:
        assert family in text


def test_the_report_is_the_last_line_unbroken(run):
    assert printed(run, 60).splitlines()[-1] == REPORT


def test_a_narrow_terminal_loses_no_letter_of_the_path(run):
    assert printed(run, 60, soft_wrap=False).replace("\n", "").endswith(REPORT)


def test_failures_are_named_with_reasons(run):
    text = printed(run, 100)
    assert "failed tft.BCM" in text
    assert "ValueError: 41 training rows" in text
    assert "degenerate lightgbm.BID, lightgbm.CTG, lightgbm.DGC" in text


def test_notes_appear_only_where_they_apply(run):
    assert "SIMULATED" not in printed(run, 100)
    assert "Survivorship" not in printed(run, 100)
    assert "SIMULATED" in printed(run, 100, simulated=True)
    assert "Survivorship" in printed(run, 100, survivorship=True)


def test_no_colour_codes_without_a_terminal(run):
    assert "\x1b" not in printed(run, 100)


def test_works_in_ascii(run):
    assert printed(run, 100, encoding="ascii").isascii()


def test_nothing_ran(run):
    empty = type(run)(**{**run.arguments, "leaderboard": run.leaderboard.iloc[:0]})
    assert printed(empty, 80).splitlines()[-1] == REPORT
