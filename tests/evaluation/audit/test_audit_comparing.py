"""Tables are compared to the bit, up to the cut, and a suspension that goes on is no loss."""

import numpy as np
import pandas as pd
import pytest

from vn30_training.evaluation.audit.comparing import Market, Table, compare

DAYS = pd.bdate_range("2024-01-01", periods=6)
CUT = 3


def make_frame(suspended=()):
    frame = pd.DataFrame(
        {
            "symbol": np.repeat(["AAA", "BBB"], len(DAYS)),
            "date": np.tile(DAYS, 2),
            "x": np.arange(12.0),
            "member": True,
            "sector": "Banks",
        }
    )
    frame.loc[list(suspended), "x"] = np.nan
    return frame


def changed(frame, row, value):
    other = frame.copy()
    other.loc[row, "x"] = value
    return other


def difference(one, two):
    market = Market.of(one[one["x"].notna()])
    return compare(Table.of(market, one), Table.of(market, two), CUT)


def test_equal_tables_do_not_differ():
    frame = make_frame(suspended=[2])
    assert not difference(frame, frame.copy()).any
    assert not difference(frame, frame.sample(frac=1, random_state=0)).any


def test_the_last_bit_counts_up_to_the_cut_only():
    frame = make_frame()
    change = difference(frame, changed(frame, CUT, np.nextafter(3.0, 4.0)))
    assert change.any
    assert change.rows[change.cells[:, 0]].tolist() == [CUT]
    assert not difference(frame, changed(frame, CUT + 1, 99.0)).any


def test_a_number_that_was_unknown_counts():
    frame = make_frame(suspended=[2])
    assert difference(frame, changed(frame, 2, 7.0)).any
    assert difference(make_frame(), changed(make_frame(), 2, np.nan)).any


def test_zeros_of_either_sign_are_equal():
    frame = make_frame()
    assert not difference(frame, changed(frame, 0, -0.0)).any


def test_a_suspension_that_has_not_ended_may_be_missing_and_a_bar_may_not():
    frame = make_frame(suspended=[2, 3])
    assert not difference(frame, frame.drop(index=[2, 3])).any
    assert difference(frame, frame.drop(index=[1])).lost == 1


def test_rows_that_appear_count():
    frame = make_frame()
    market = Market.of(frame)
    one, two = Table.of(market, frame.drop(index=[1])), Table.of(market, frame)
    assert compare(one, two, CUT).lost == 1


def test_other_columns_are_refused():
    market = Market.of(make_frame())
    one, two = make_frame(), make_frame().rename(columns={"x": "y"})
    with pytest.raises(ValueError, match="different columns"):
        compare(Table.of(market, one), Table.of(market, two), CUT)
