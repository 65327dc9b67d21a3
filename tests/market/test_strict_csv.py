"""Small CSV files of a person: what is a table is read, what is none is told by its line."""

from datetime import date

import pytest

from vn30_training.market.issues import DataError
from vn30_training.market.strict_csv import as_day, as_number, read_rows


def read(tmp_path, text, **how):
    path = tmp_path / "own.csv"
    path.write_text(text, encoding="utf-8")
    return read_rows(path, "D040", ["date", "close"], **how)


def test_rows_come_with_their_lines_and_what_is_not_there_is_empty(tmp_path):
    text = "\ufeffDate, Close\r\n2024-01-02, 1.5\r\n\r\n,\r\n2024-01-03,\r\n"
    assert read(tmp_path, text, optional=["note"]) == [
        (2, {"close": "1.5", "date": "2024-01-02", "note": ""}),
        (5, {"close": "", "date": "2024-01-03", "note": ""}),
    ]


def test_other_columns_are_passed_over_where_they_may_be(tmp_path):
    text = "date,open,open,close\n2024-01-02,1,2,3\n"
    assert read(tmp_path, text, others=True) == [(2, {"close": "3", "date": "2024-01-02"})]
    with pytest.raises(DataError, match=r"D040 error own.csv:1: The columns are date, open, open"):
        read(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("", 1),
        ("date;close\n2024-01-02;1\n", 1),
        ("date,price\n2024-01-02,1\n", 1),
        ("date,close,close\n2024-01-02,1,1\n", 1),
        ("date,close\n2024-01-02,1\n2024-01-03,1,210.5\n", 3),
        ('date,close\n2024-01-02,"1\n', None),
    ],
)
def test_what_is_no_table_is_told(tmp_path, text, row):
    with pytest.raises(DataError) as caught:
        read(tmp_path, text, others=True)
    assert [(one.code, one.row) for one in caught.value.issues] == [("D040", row)]


def test_a_day_is_iso_and_a_number_is_plain():
    assert as_day("2024-02-29") == date(2024, 2, 29)
    assert [as_day(text) for text in ("", "29/02/2024", "2024-02-30")] == [None] * 3
    assert [as_number(text) for text in ("0", "1210.5", "007")] == [0.0, 1210.5, 7.0]
    wrong = ("", "-1", "+1", "1,210.5", "1e3", "nan", "inf", "1_000", ".5", "5.", "9" * 25, "१")
    assert [as_number(text) for text in wrong] == [None] * len(wrong)
