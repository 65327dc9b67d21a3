"""How far positions went beyond their caps, counted on shares and prices known by hand."""

import numpy as np
import pytest
from tests.trading.strategies.grids import SECTORS

from vn30_training.trading.optimisers.caps import Caps
from vn30_training.trading.strategies.drift import drift_of, held_weights


def test_positions_are_worth_their_last_close():
    shares = np.array([[0, 0], [10, 0], [10, 5], [10, 5]])
    close = np.array([[100, 50], [100, 50], [120, 0], [0, 80]])
    nav = np.array([2_000, 2_000, 2_000, 4_000])
    weights = held_weights(shares, close, nav)
    np.testing.assert_allclose(weights, [[0, 0], [0.5, 0], [0.6, 0.125], [0.3, 0.1]])


def test_a_stock_or_a_sector_beyond_its_cap():
    weights = np.zeros((4, 12))
    weights[1, 0], weights[2, [0, 3]], weights[3, :] = 0.25, 0.2, 0.05
    drift = drift_of(weights, Caps(stock=0.2, sector=0.39), SECTORS, np.array([0, 0, 0.2, 0.1]))
    assert drift.beyond_cap == 0.5
    assert drift.largest_position == 0.25
    assert drift.largest_sector == pytest.approx(0.4)
    assert drift.unpriced == pytest.approx(0.075)
    assert drift.unpriced_at_end == 0.1


def test_without_a_cap_for_sectors_none_is_beyond_it():
    weights = np.full((3, 12), 1 / 12)
    assert drift_of(weights, Caps(), SECTORS, np.zeros(3)).beyond_cap == 0
