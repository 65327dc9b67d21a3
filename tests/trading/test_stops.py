"""The levels of stops: exact whatever was paid, and the average that they stand on."""

from fractions import Fraction
from math import ceil, floor

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.trading.markets import plain_bars

from vn30_training.trading.engine.book import open_book
from vn30_training.trading.engine.stops import profit_level, stop_level
from vn30_training.trading.engine.venue import make_venue
from vn30_training.trading.plan import Stops, Weights
from vn30_training.trading.profiles import PROFILES
from vn30_training.trading.simulation import simulate

BARS = plain_bars([[10_000]] * 4, tick=[[50]] * 4)
VENUE = make_venue(BARS, PROFILES["hose"])


@given(
    shares=st.integers(1, 10**8),
    price=st.integers(1_000, 300_000),
    odd=st.integers(0, 10**6),
    ppm=st.integers(1, 999_999),
)
def test_levels_are_those_of_fractions(shares, price, odd, ppm):
    book = open_book(VENUE, 0)
    book.held[0], book.basis[0] = shares, shares * price + odd
    mean, part = Fraction(shares * price + odd, shares), Fraction(ppm, 10**6)
    assert stop_level(VENUE, book, 0, 0, ppm) == floor(mean * (1 - part)) // 50 * 50
    assert profit_level(VENUE, book, 0, 0, ppm) == -(-ceil(mean * (1 + part)) // 50) * 50


def test_ten_per_cent_of_a_round_price_is_on_its_tick():
    bars = plain_bars([[price] * 4 for price in (33_000, 33_000, 36_300, 36_300)])
    plan = Weights(np.vstack([np.full((1, 4), 0.25), np.full((3, 4), np.nan)]), stops=Stops(0, 0.1))
    assert simulate(bars, plan, PROFILES["frictionless"], 10**9).stops[0].tolist() == [0, 4, 0, 0]


def test_the_average_price_of_a_great_position_stays_when_half_is_sold():
    weights = np.array([[1.0], [np.nan], [0.5], [np.nan], [np.nan], [np.nan]])
    bars = plain_bars([[10_000]] * 6)
    plan = Weights(weights, stops=Stops(loss=0.05))
    simulation = simulate(bars, plan, PROFILES["frictionless"], 10**12, shares=True)
    assert simulation.stops.sum() == 0
    assert simulation.shares[0, -1, 0] == 50_000_000
