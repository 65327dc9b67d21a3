import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vn30_training.reporting.formatting import (
    count,
    duration,
    interval,
    number,
    percent,
    plain,
    plural,
)


@pytest.mark.parametrize("value", [None, math.nan, math.inf, "", "x"])
def test_what_is_unknown_is_a_dash(value):
    assert number(value) == percent(value) == count(value) == duration(value) == "–"
    assert interval(value, 1.0) == "–"


@pytest.mark.parametrize(
    ("value", "told"),
    [(0.0434, "0.043"), (-0.0434, "−0.043"), (-0.0001, "0.000"), (1234.5, "1,234.500")],
)
def test_numbers_have_fixed_decimals_and_a_true_minus(value, told):
    assert number(value) == told


def test_signs_are_shown_where_asked_but_not_of_nothing():
    assert number(0.01, 2, signed=True) == "+0.01"
    assert number(0.001, 2, signed=True) == "0.00"
    assert percent(-0.0037, 2, signed=True) == "−0.37"


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "0.0 s"),
        (4.21, "4.2 s"),
        (99.9, "99.9 s"),
        (99.96, "1 min 40 s"),
        (423, "7 min 03 s"),
        (3599.7, "1 h 00 min"),
        (7512, "2 h 05 min"),
    ],
)
def test_durations(seconds, told):
    assert duration(seconds) == told


def test_plural():
    assert plural(1, "model") == "1 model"
    assert plural(3, "model") == "3 models"


@given(st.floats(allow_nan=True, allow_infinity=True), st.integers(0, 6), st.booleans())
def test_plain_text_is_ascii(value, digits, signed):
    assert plain(number(value, digits, signed=signed)).isascii()
