import io

import pytest
from rich.console import Console

from vn30_training.models.check import Check
from vn30_training.reporting.preflight import READY, render

GOOD = [
    Check("rows", "data", True, "100 rows"),
    Check("options", "lstm", True, "valid for 2 instances"),
    Check("enough rows", "lstm", True, "1 of 2 instances; to be skipped: SSB (3 of 120 rows)"),
    Check("gradients", "lstm.VN30", True),
    Check("memory", "machine", True),
]
BAD = Check("gradients", "tft.VN30", False, "head.weight gets no gradient", "Look at [forward].")


def printed(checks, width=100):
    stream = io.StringIO()
    Console(file=stream, width=width).print(render(checks))
    return stream.getvalue()


def test_the_verdict_is_the_last_line_and_in_these_very_words():
    assert READY == "ALL CHECKS PASSED - Ready to train"
    assert printed(GOOD).splitlines()[-1] == READY


def test_a_family_is_one_line_with_all_that_passed():
    lines = printed(GOOD).splitlines()
    assert lines[0].split() == ["ok", "data", "rows"]
    assert lines[1].rstrip() == "ok     lstm  options, enough rows, gradients"
    assert "to be skipped: SSB" in lines[2]


def test_what_failed_is_told_with_reason_and_remedy():
    text = printed([*GOOD, BAD])
    assert READY not in text
    assert "NOT READY: 1 of 6 checks failed" in text
    tail = text.splitlines()[-3:]
    assert tail[0].rstrip() == "failed tft.VN30: gradients"
    assert "head.weight gets no gradient" in tail[1]
    assert "Look at [forward]." in tail[2]


@pytest.mark.parametrize("width", [40, 80])
def test_it_fits_any_width_and_is_ascii(width):
    text = printed([*GOOD, BAD], width)
    assert max(map(len, text.splitlines())) <= width
    assert text.isascii()
