import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vn30_training.trading.fifo import Lot, Position

DAY = np.datetime64("2024-01-02")


@given(st.integers(1, 10**7), st.integers(0, 10**12), st.integers(0, 10**9), st.data())
def test_nothing_is_lost_when_a_lot_is_parted(shares, paid, costs, data):
    lot = Lot(DAY, 10, shares, paid, costs, dividends=costs // 3)
    part = lot.take(data.draw(st.integers(0, shares)))
    for name, whole in {"shares": shares, "paid": paid, "costs": costs}.items():
        assert getattr(lot, name) + getattr(part, name) == whole
    assert lot.dividends + part.dividends == costs // 3
    assert min(part.paid, lot.paid, part.costs, lot.costs) >= 0


@given(st.lists(st.integers(1, 1_000), min_size=1, max_size=8), st.integers(0, 2_000_000))
def test_the_lots_grow_as_the_holding_does(sizes, bonus):
    position = Position()
    for shares in sizes:
        position.buy(DAY, shares, 10, 0)
    position.receive(5, bonus)
    held = sum(sizes)
    assert sum(lot.shares for lot in position.lots) == held + held * bonus // 1_000_000
    assert sum(lot.dividends for lot in position.lots) == 5 * held
    assert all(lot.shares >= shares for lot, shares in zip(position.lots, sizes, strict=True))


def test_the_oldest_go_first():
    position = Position()
    position.buy(DAY, 100, 10, 7)
    position.buy(DAY + 1, 100, 20, 0)
    parts = list(position.sell(150))
    assert [(part.bought, part.shares, part.paid) for part in parts] == [
        *((DAY, 100, 1_007), (DAY + 1, 50, 1_000))
    ]
    assert [lot.shares for lot in position.lots] == [50]
    with pytest.raises(ValueError, match="sold than were held"):
        list(position.sell(51))
