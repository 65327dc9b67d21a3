import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vn30_training.trading.optimisers.caps import VN30_CAPS, Caps, capacity, capped


def test_what_is_cut_goes_to_the_others_in_proportion():
    weights = capped(np.array([0.5, 0.2, 0.2, 0.1]), Caps(stock=0.3), "ABCD")
    np.testing.assert_allclose(weights, [0.3, 0.28, 0.28, 0.14])


def test_a_second_stock_may_reach_the_cap_by_what_it_is_given():
    weights = capped(np.array([0.6, 0.3, 0.05, 0.05]), Caps(stock=0.35), "ABCD")
    np.testing.assert_allclose(weights, [0.35, 0.35, 0.15, 0.15])


def test_a_sector_is_cut_as_a_whole():
    weights = capped(np.array([0.4, 0.2, 0.2, 0.2]), Caps(stock=1, sector=0.3), "AABC")
    np.testing.assert_allclose(weights, [0.2, 0.1, 0.3, 0.3], atol=1e-12)


def test_what_finds_no_room_stays_in_cash():
    weights = capped(np.array([0.5, 0.5, 0.0]), Caps(stock=0.2), "ABC")
    np.testing.assert_allclose(weights, [0.2, 0.2, 0.0])


def test_caps_of_the_index_let_all_be_invested():
    sectors = ["banks"] * 13 + [f"other {i % 6}" for i in range(17)]
    weights = capped(np.full(30, 1 / 30), VN30_CAPS, sectors)
    assert weights[:13].sum() == pytest.approx(0.4)
    assert weights.sum() == pytest.approx(1)
    assert capacity(VN30_CAPS, sectors) == 1
    assert capacity(VN30_CAPS, ["banks"] * 30) == 0.4
    assert capacity(Caps(stock=0.2), "ABC") == pytest.approx(0.6)


def test_the_smallest_of_weights_takes_what_the_others_have_no_room_for():
    weights = capped([2 / 3, 1 / 3, 5e-324], Caps(stock=0.25), "AAA")
    assert weights.tolist() == [0.25, 0.25, 0.25]


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_capped_weights_keep_the_caps_and_the_total_as_far_as_they_can(data):
    n = data.draw(st.integers(1, 12))
    sizes = data.draw(st.lists(st.floats(0, 1), min_size=n, max_size=n))
    total = data.draw(st.floats(0, 1))
    raw = np.array(sizes)
    raw = raw / raw.sum() * total if raw.sum() > 1e-6 else np.zeros(n)
    sectors = data.draw(st.lists(st.sampled_from("ABC"), min_size=n, max_size=n))
    sector = data.draw(st.none() | st.floats(0.05, 1))
    caps = Caps(stock=data.draw(st.floats(0.02, 1)), sector=sector)
    weights = capped(raw, caps, sectors)
    assert (weights >= 0).all()
    assert (weights[raw == 0] == 0).all()
    assert weights.max() <= caps.stock
    inside = [weights[[one == name for one in sectors]].sum() for name in set(sectors)]
    assert sector is None or max(inside) <= sector + 1e-12
    held = [name for name, size in zip(sectors, raw, strict=True) if size > 0]
    reachable = min(raw.sum(), capacity(caps, held))
    assert weights.sum() == pytest.approx(reachable, abs=1e-9)
