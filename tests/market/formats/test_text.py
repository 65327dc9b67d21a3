import pytest

from vn30_training.market.formats.errors import FormatError
from vn30_training.market.formats.text import decode, read_cells

TEXT = "Ngày,Đóng cửa\n2025-08-25,98.8\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings(encoding):
    assert decode((TEXT * 20).encode(encoding)) == TEXT * 20


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(delimiter):
    cells = read_cells(TEXT.replace(",", delimiter))
    assert cells.to_numpy().tolist() == [["Ngày", "Đóng cửa"], ["2025-08-25", "98.8"]]


def test_rows_are_lines_even_where_blank():
    assert len(read_cells("a,b\n\n1,2\n")) == 3


def test_a_last_line_without_its_newline_is_whole():
    assert len(read_cells("a,b\n1,2")) == 2


def test_a_cut_last_line_is_named():
    with pytest.raises(FormatError, match="cut off: '3'") as caught:
        read_cells("a,b\n1,2\n3")
    assert (caught.value.code, caught.value.row) == ("D016", 3)
