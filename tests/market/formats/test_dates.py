import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vn30_training.market.formats.dates import parse_dates
from vn30_training.market.formats.errors import FormatError

DAY = pd.Timestamp("2025-08-25")


def one(cell, date_format=None):
    return parse_dates(pd.Series([cell], dtype=object), date_format).iloc[0]


@pytest.mark.parametrize(
    "cell",
    [
        "2025-08-25",
        "2025/8/25",
        "2025.08.25",
        "2025-08-25 00:00:00",
        "2025/08/25 07:00",
        "2025-08-25T00:00:00+07:00",
        "2025-08-24T17:00:00Z",
        "2025-08-24 17:00:00+00:00",
        "2025-08-24 17:00:00",
        "25/08/2025",
        "25-8-2025",
        "25.08.2025 15:00",
        "08/25/2025",
        "Aug 25, 2025",
        "25-Aug-2025",
        "20250825",
        20250825,
        20250825.0,
        45894,
        "45894",
        1756054800,
        1756054800000,
        1756054800 * 10**6,
        1756054800 * 10**9,
        pd.Timestamp("2025-08-25 15:00"),
        pd.Timestamp("2025-08-25").to_pydatetime(),
        " 2025-08-25 ",
    ],
)
def test_one_day_in_many_spellings(cell):
    assert one(cell) == DAY


@pytest.mark.parametrize(
    "cell",
    [
        "",
        None,
        "nan",
        "2025-02-30",
        "31/02/2025",
        "20251301",
        "25082025",
        "1",
        0,
        "0001-01-01",
        "x",
    ],
)
def test_what_is_no_day(cell):
    assert pd.isna(one(cell))


def test_the_file_as_a_whole_tells_day_from_month():
    cells = pd.Series(["01/02/2025", "13/02/2025"])
    assert parse_dates(cells).tolist() == [pd.Timestamp("2025-02-01"), pd.Timestamp("2025-02-13")]
    cells = pd.Series(["01/02/2025", "02/13/2025"])
    assert parse_dates(cells).tolist() == [pd.Timestamp("2025-01-02"), pd.Timestamp("2025-02-13")]


@pytest.mark.parametrize("cells", [["01/02/2025"], ["13/02/2025", "02/13/2025"]])
def test_both_orders_or_neither_is_an_error(cells):
    with pytest.raises(FormatError) as caught:
        parse_dates(pd.Series(cells))
    assert caught.value.code == "D003"


@pytest.mark.parametrize("spelling", ["dd/mm/yyyy", "DD/MM/YYYY", "%d/%m/%Y"])
def test_a_given_format_decides(spelling):
    assert one("01/02/2025", spelling) == pd.Timestamp("2025-02-01")


@given(st.lists(st.dates(pd.Timestamp("2000-07-28").date(), pd.Timestamp("2035-01-01").date())))
def test_iso_compact_and_serial_agree(days):
    stamps = pd.Series(pd.to_datetime(days)).astype("datetime64[us]")
    serial = (stamps - pd.Timestamp("1899-12-30")).dt.days
    for cells in (stamps.dt.strftime("%Y-%m-%d"), stamps.dt.strftime("%Y%m%d"), serial):
        assert parse_dates(cells.astype(object)).tolist() == stamps.tolist()
