"""Both engines, in both modes, against the slow oracle and against their promises."""

import numpy as np
import pytest
from alpha158_oracle import alpha158 as oracle
from hypothesis import given, settings
from hypothesis import strategies as st
from panels import random_panel

from vn30_training.features import alpha158

ENGINES = ("numba", "bottleneck")
MODES = ("clean", "qlib")


def assert_same(got, want):
    for name in alpha158.NAMES:
        a, b = got[name].to_numpy(), want[name].to_numpy()
        assert np.array_equal(np.isnan(a), np.isnan(b)), name
        np.testing.assert_allclose(a, b, rtol=1e-7, atol=1e-9, err_msg=name)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("mode", MODES)
@settings(max_examples=6, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    gaps=st.sampled_from([0.0, 0.05, 0.6]),
    flat=st.sampled_from([0.0, 0.3, 0.95]),
    idle=st.sampled_from([0.0, 0.2]),
)
def test_engines_equal_the_oracle(engine, mode, seed, gaps, flat, idle):
    panel = random_panel(seed, symbols=2, sessions=75, gaps=gaps, flat=flat, idle=idle)
    got = alpha158.compute(panel, mode, dtype=np.float64, engine=engine)
    assert_same(got, oracle(panel, mode))
