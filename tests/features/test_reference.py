from pathlib import Path

from vn30_training.features import alpha158, signals
from vn30_training.features.reference import column_reference

PAGE = Path(__file__).resolve().parents[2] / "docs/features.md"


def test_the_page_in_docs_is_current():
    assert PAGE.read_text(encoding="utf-8") == column_reference()


def test_every_column_has_one_row():
    rows = [line for line in column_reference().splitlines() if line.startswith("| ")]
    names = [row.split("|")[1].strip() for row in rows]
    for name in (*alpha158.NAMES, *signals.NAMES):
        assert names.count(name) == 1
