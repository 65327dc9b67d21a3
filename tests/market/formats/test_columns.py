import pytest

from vn30_training.market.formats.columns import ALIASES, match_columns, missing_message, normalise
from vn30_training.market.formats.errors import FormatError


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("<DTYYYYMMDD>", "dtyyyymmdd"),
        ("Đóng cửa (nghìn đồng)", "dongcua"),
        ("KHỐI LƯỢNG", "khoiluong"),
        ("Adj Close", "adjclose"),
        ("Mo\u031b\u0309", "mo"),
        ("% Thay đổi", "thaydoi"),
    ],
)
def test_names_lose_case_accents_and_brackets(name, bare):
    assert normalise(name) == bare


def test_no_alias_stands_for_two_columns():
    aliases = [alias for group in ALIASES.values() for alias in group]
    assert len(aliases) == len(set(aliases))
    assert all(normalise(alias) == alias for alias in aliases)


def test_the_first_alias_counts():
    header = ["time", "Date", "close", "Giá", "Vol.", "Volume"]
    assert match_columns(header, {}) == {"date": 1, "close": 2, "volume": 5}


def test_own_names_come_first():
    assert match_columns(["date", "close", "settle"], {"close": "Settle"})["close"] == 2


@pytest.mark.parametrize(
    ("header", "own", "code"),
    [(["date", "close", "CLOSE"], {}, "D031"), (["date", "close"], {"close": "settle"}, "D002")],
)
def test_headers_that_cannot_be_used(header, own, code):
    with pytest.raises(FormatError) as caught:
        match_columns(header, own)
    assert caught.value.code == code


def test_a_near_miss_is_named():
    message = missing_message(["close"], ["date", "Clsoe"])
    assert message == "No column for close; found: date, Clsoe. Is 'Clsoe' meant as close?"
