from __future__ import annotations

import logging

from vn30_training.running import progress


def test_without_a_terminal_a_line_now_and_then_tells_how_far_it_is(caplog, monkeypatch):
    monkeypatch.setattr(progress, "_SECONDS_BETWEEN_LINES", 0.0)
    caplog.set_level(logging.INFO, logger=progress.__name__)
    with progress.RunProgress(groups=3) as shown:
        shown.begin("tft.VCB")
        shown.finish("tft.VCB", left=None)
        shown.finish("tft.FPT", left=61.4)
    assert caplog.messages == ["1 of 3 done", "2 of 3 done, about 1:01 left"]
