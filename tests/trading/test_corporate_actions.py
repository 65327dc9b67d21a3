"""Corporate actions: what the exchange takes off the last close, and what is read off a factor."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vn30_training.trading.corporate_actions import Actions, infer_actions, place_actions

DATES = np.arange("2024-01-01", "2024-01-11", dtype="datetime64[D]")
SYMBOLS = ["AAA", "BBB"]
EVERY_DAY = np.ones((10, 2), dtype=bool)


def table(*rows):
    frame = pd.DataFrame(rows, columns=["symbol", "ex_date", "kind", "cash_vnd", "ratio"])
    return frame.assign(ex_date=pd.to_datetime(frame["ex_date"]))


def one(cash=0, bonus=0, rights=0, price=0, wider=False):
    numbers = (cash, bonus, bonus, rights, rights * price)
    grids = [np.array([[number]], dtype=np.int64) for number in numbers]
    return Actions(*grids, np.array([[wider]]))


def cell(value):
    return np.array([[value]], dtype=np.int64)


@pytest.mark.parametrize(
    ("action", "close", "reference"),
    [
        (one(cash=1_000), 50_000, 49_000),
        (one(bonus=200_000), 30_000, 25_000),
        (one(bonus=500_000), 61_000, Fraction(122_000, 3)),
        (one(rights=500_000, price=10_000), 40_000, 30_000),
        (one(cash=500, bonus=100_000), 33_500, 30_000),
        (one(bonus=300_000, wider=True), 30_000, 30_000),
        (one(), 30_000, 30_000),
    ],
)
def test_reference_price_of_known_ex_dates(action, close, reference):
    value, parts = action.reference(cell(close))
    assert Fraction(int(value[0, 0]), int(parts[0, 0])) == reference


@given(
    close=st.integers(2_000, 300_000),
    cash=st.integers(0, 1_999),
    bonus=st.integers(0, 3_000_000),
    rights=st.integers(0, 2_000_000),
    price=st.integers(5_000, 20_000),
)
def test_reference_price_equals_the_formula_in_fractions(close, cash, bonus, rights, price):
    r, b = Fraction(rights, 10**6), Fraction(bonus, 10**6)
    value, parts = one(cash, bonus, rights, price).reference(cell(close))
    exact = (close - cash + r * price) / (1 + r + b)
    assert Fraction(int(value[0, 0]), int(parts[0, 0])) == exact


@given(close=st.integers(12_000, 300_000), rights=st.integers(1_000, 1_000_000))
def test_rights_are_worth_what_the_reference_price_loses(close, rights):
    action = one(rights=rights, price=10_000)
    as_bonus = int(action.holders_bonus(cell(close))[0, 0])
    reference = (close * 10**6 + rights * 10_000) / (10**6 + rights)
    assert reference * (1 + as_bonus / 10**6) == pytest.approx(close, rel=2e-6)


def test_actions_land_on_their_session_or_the_next_bar():
    bars = EVERY_DAY.copy()
    bars[4:6, 0] = False
    rows = table(
        ("AAA", "2024-01-05", "cash", 500.0, None),
        ("AAA", "2024-01-07", "cash", 700.0, None),
        ("BBB", "2024-01-05", "bonus", None, 0.25),
        ("CCC", "2024-01-05", "bonus", None, 0.25),
        ("BBB", "2024-02-05", "cash", 100.0, None),
    )
    actions = place_actions(rows, DATES, SYMBOLS, bars)
    assert actions.cash[:, 0].tolist() == [0] * 6 + [1200] + [0] * 3
    assert actions.bonus[:, 1].tolist() == [0] * 4 + [250_000] + [0] * 5
    assert actions.any.sum() == 2


def test_actions_up_to_the_first_bar_reach_nobody():
    bars = EVERY_DAY.copy()
    bars[:3, 0] = False
    rows = table(("AAA", "2024-01-02", "cash", 9.0, None), ("AAA", "2024-01-04", "cash", 9.0, None))
    assert not place_actions(rows, DATES, SYMBOLS, bars).any.any()


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (("AAA", "2024-01-05", "gift", 500.0, None), "unknown kind"),
        (("AAA", None, "cash", 500.0, None), "no ex-date"),
        (("AAA", "2024-01-05", "cash", None, 0.5), "no cash_vnd"),
        (("AAA", "2024-01-05", "rights", None, 0.5), "no cash_vnd"),
        (("AAA", "2024-01-05", "bonus", 500.0, 0.0), "no ratio"),
    ],
)
def test_rows_that_say_too_little_are_refused(row, fault):
    with pytest.raises(ValueError, match=f"AAA on .* has (an )?{fault}"):
        place_actions(table(row), DATES, SYMBOLS, EVERY_DAY)


def test_missing_columns_are_named():
    rows = table(("AAA", "2024-01-05", "cash", 500.0, None)).drop(columns="ratio")
    with pytest.raises(ValueError, match="no column ratio"):
        place_actions(rows, DATES, SYMBOLS, EVERY_DAY)


@given(
    raw=st.integers(20_000, 200_000),
    bonus=st.floats(0.01, 1.5),
    move=st.floats(-0.06, 0.06),
    factor=st.floats(0.1, 1.0),
)
def test_a_bonus_is_read_off_the_factor(raw, bonus, move, factor):
    after = round(raw / (1 + bonus) * (1 + move))
    adjusted = np.array([[after * factor]])
    before = np.array([[raw / (1 + bonus) * factor]])
    found = infer_actions(cell(after), adjusted, cell(raw), before)
    assert found.bonus[0, 0] == pytest.approx(bonus * 1e6, abs=1)
    assert not found.cash.any()


def test_rounded_adjusted_prices_and_rising_factors_are_no_actions():
    raw, last = np.array([[50_000, 50_000, 0]]), np.array([[50_000, 50_000, 50_000]])
    adjusted, before = np.array([[5_010.0, 20_000.0, np.nan]]), np.array([[5_000.0, 25_000.0, 1.0]])
    assert not infer_actions(raw, adjusted, last, before).any.any()
    assert infer_actions(raw[:, :1], adjusted[:, :1] * 1.02, last[:, :1], before[:, :1]).any.all()
