"""Symbols become safe names, or are refused."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vn30_training.market.symbols import map_symbols, safe_symbol


@pytest.mark.parametrize(
    ("name", "symbol"),
    [
        ("FPT", "FPT"),
        (" fpt.vn ", "FPT"),
        ("HOSE:VCB", "VCB"),
        ("M&M", "MANDM"),
        ("BRK-B", "BRKB"),
        ("NT2", "NT2"),
        ("E1VFVN30", "E1VFVN30"),
    ],
)
def test_known_tickers(name, symbol):
    assert safe_symbol(name) == symbol


@pytest.mark.parametrize(
    "name", ["", "F", "..", "../etc", "a/b", "C:\\x", "VCB\n..", "CỔ", "ABCDEFGHIJK", "AB\0C"]
)
def test_hostile_names_are_refused(name):
    with pytest.raises(ValueError, match="no usable symbol"):
        safe_symbol(name)


@given(st.text(max_size=15))
def test_what_is_returned_is_always_safe_and_stays_the_same(name):
    try:
        symbol = safe_symbol(name)
    except ValueError:
        return
    assert re.fullmatch(r"[A-Z0-9]{3,10}", symbol)
    assert safe_symbol(symbol) == symbol


def test_mapping_keeps_order_and_refuses_two_of_one_name():
    assert list(map_symbols(["vcb", "M&M"]).items()) == [("vcb", "VCB"), ("M&M", "MANDM")]
    with pytest.raises(ValueError, match=r"'BRK-B' and 'BRK\.B'"):
        map_symbols(["BRK-B", "BRK.B"])
