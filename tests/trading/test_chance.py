import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.trading.days import days_of, noise

from vn30_training.trading.chance import beside_random, random_p_value
from vn30_training.trading.ratios import sharpe


def navs(count: int, days: int = 250) -> np.ndarray:
    return np.array([days_of(noise(seed, days, mean=0.0))["nav"] for seed in range(count)])


def test_skill_stands_out_from_chance():
    skilled = days_of(noise(0, 250, mean=0.004))["nav"]
    found = beside_random(skilled, navs(199))
    assert found["random_p"] == pytest.approx(1 / 200)
    assert found["random_median"] == pytest.approx(0, abs=0.3)
    assert 1.3 < found["random_95"] < 2.1


def test_one_of_the_random_ones_does_not():
    drawn = navs(200)
    ratios = np.array([sharpe(noise(seed, 250, mean=0.0)) for seed in range(200)])
    found = beside_random(drawn[7], np.delete(drawn, 7, axis=0))
    assert found["random_p"] == pytest.approx((ratios >= ratios[7]).mean())


@pytest.mark.parametrize("nav", [np.full(50, 100), np.r_[100, np.zeros(49)], [100], []])
def test_who_did_nothing_or_lost_all_is_not_compared(nav):
    assert np.isnan(beside_random(nav, navs(5))["random_p"])
    assert np.isnan(list(beside_random(navs(1)[0], [nav]).values())).all()


def test_random_p_value_counts_those_at_least_as_good():
    random = np.arange(999.0)
    assert random_p_value(2_000, random) == pytest.approx(1 / 1_000)
    assert random_p_value(-1, random) == 1
    assert random_p_value(990, random) == pytest.approx(10 / 1_000)
    assert random_p_value(1.0, [1.0, np.nan, 0.0]) == pytest.approx(2 / 3)


def test_random_p_value_is_undefined_without_figures():
    assert np.isnan(random_p_value(np.nan, [1.0]))
    assert np.isnan(random_p_value(1.0, []))
    assert np.isnan(random_p_value(1.0, [np.nan]))


@given(st.integers(0, 1_000))
def test_random_p_values_of_chance_are_no_rarer_than_they_say(seed):
    rng = np.random.default_rng(seed)
    drawn = rng.normal(size=20)
    found = sorted(random_p_value(own, np.delete(drawn, at)) for at, own in enumerate(drawn))
    np.testing.assert_allclose(found, np.arange(1, 21) / 20)
