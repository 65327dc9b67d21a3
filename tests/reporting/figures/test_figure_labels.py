import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from vn30_training.reporting.figures.labels import spread

PLACES = st.lists(st.floats(-50, 50), min_size=1, max_size=12)


@given(PLACES, st.floats(0, 5))
def test_labels_are_apart_in_order_and_balanced(places, gap):
    moved = np.array(spread(places, gap))
    order = np.argsort(places, kind="stable")
    assert (np.diff(moved[order]) >= gap - 1e-9).all()
    assert np.isclose(moved.mean(), np.mean(places), atol=1e-6)


def test_distant_labels_stay():
    assert spread([5.0, 1.0, 9.0], 2.0) == [5.0, 1.0, 9.0]


def test_no_labels():
    assert spread([], 1.0) == []


def test_moves_as_little_as_a_solver_can():
    places, gap = [0.0, 0.1, 0.2, 3.0, 3.0, 9.0], 1.0
    gaps = [{"type": "ineq", "fun": lambda x, i=i: x[i + 1] - x[i] - gap} for i in range(5)]
    best = minimize(lambda x: ((x - places) ** 2).sum(), places, constraints=gaps)
    assert np.allclose(spread(places, gap), best.x, atol=1e-4)
