import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vn30_training.market.formats.errors import FormatError
from vn30_training.market.formats.numbers import find_style, parse_numbers


def parsed(*cells):
    column = pd.Series(cells, dtype=object)
    values, bad = parse_numbers(column, find_style([column]))
    return values.tolist(), bad.tolist()


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["98.8", "1,234.5"], [98.8, 1234.5]),
        (["98,8", "1.234,5"], [98.8, 1234.5]),
        (["1.234.567", "98,25"], [1234567, 98.25]),
        (["1,234,567", "98.25"], [1234567, 98.25]),
        (["12.3M", "4.56K", "1.2B", "7k"], [12.3e6, 4560, 1.2e9, 7000]),
        (["12,3M", "4,56K"], [12.3e6, 4560]),
        (["1 234.5", "1'234.5", "98 800 ₫"], [1234.5, 1234.5, 98800]),
        (["-1.5", "+2.5", "1e3"], [-1.5, 2.5, 1000]),
        (["98,800", "99,100"], [98800, 99100]),
    ],
)
def test_spellings(cells, values):
    got, bad = parsed(*cells)
    np.testing.assert_allclose(got, values)
    assert not any(bad)


def test_blanks_are_missing_and_words_are_bad():
    values, bad = parsed("", "-", "--", "N/A", "null", None, float("nan"), "n.a!", "12x")
    assert np.isnan(values).all()
    assert bad == [False] * 7 + [True] * 2


def test_both_decimal_marks_in_one_file_are_an_error():
    with pytest.raises(FormatError) as caught:
        find_style([pd.Series(["1.25"]), pd.Series(["1,25"])])
    assert caught.value.code == "D020"


def test_typed_columns_are_taken_as_they_are():
    values, bad = parse_numbers(pd.Series([1, 2, 3]), "comma")
    assert values.tolist() == [1, 2, 3]
    assert not bad.any()


@given(st.lists(st.floats(0, 1e9).map(lambda value: round(value, 2)), min_size=1))
def test_either_style_gives_the_number_back(values):
    english = pd.Series([f"{value:,.2f}" for value in values])
    vietnamese = english.str.translate(str.maketrans(",.", ".,"))
    for cells in (english, vietnamese):
        np.testing.assert_array_equal(parse_numbers(cells, find_style([cells]))[0], values)
