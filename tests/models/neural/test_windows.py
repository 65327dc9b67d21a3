from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.models.neural.samples import make_samples

from vn30_training.models.neural.windows import (
    WindowTable,
    check_finite,
    complete_rows,
    first_rows,
)


def table_of(data):
    return WindowTable.build(data, np.zeros(len(data.symbol), np.int64), {}, torch.device("cpu"))


def slow_window(symbol, row, length):
    """Return the window's rows, walking back one row at a time."""
    window = [row]
    while len(window) < length:
        before = window[0] - 1
        inside = before >= 0 and symbol[before] == symbol[row]
        window.insert(0, before if inside else window[0])
    return window


@given(
    lengths=st.lists(st.integers(1, 9), min_size=1, max_size=5),
    length=st.integers(1, 6),
)
@settings(max_examples=60, deadline=None)
def test_windows_are_those_of_a_walk_back(lengths, length):
    symbol = np.repeat(np.arange(len(lengths)), lengths).astype(np.int32)
    data = replace(make_samples(symbols=1, days=len(symbol)), symbol=symbol)
    index = table_of(data).index(torch.tensor(data.rows), length).numpy()
    expected = [slow_window(symbol, row, length) for row in data.rows]
    np.testing.assert_array_equal(index, expected)
    assert (symbol[index] == symbol[:, None]).all()


def test_rows_begin_with_their_symbol():
    symbol = np.array([4, 4, 4, 1, 2, 2], dtype=np.int32)
    np.testing.assert_array_equal(first_rows(symbol), [0, 0, 0, 3, 4, 4])


def test_complete_rows_have_their_whole_window():
    data = make_samples(symbols=2, days=5)
    np.testing.assert_array_equal(complete_rows(data, 3), [2, 3, 4, 7, 8, 9])
    np.testing.assert_array_equal(complete_rows(data.at(np.array([1, 4, 6])), 3), [4])


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_named(bad):
    data = make_samples(symbols=2, days=10)
    data.features[12, 1] = bad
    with pytest.raises(ValueError, match=r"F1 is -?(nan|inf) for SY1 on 2020-01-06"):
        check_finite(data, 3)


def test_rows_outside_all_windows_may_hold_anything():
    data = make_samples(symbols=2, days=10)
    data.features[[0, 10, 19]] = np.nan
    check_finite(data.at(np.array([3, 13, 18])), 3)
    with pytest.raises(ValueError, match="F0"):
        check_finite(data.at(np.array([3, 13, 18])), 4)
