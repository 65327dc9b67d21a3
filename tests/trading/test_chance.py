import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.trading.days import days_of, noise

from vn30_training.trading.chance import CHANCE, beside_random, random_p_value
from vn30_training.trading.ratios import sharpe
from vn30_training.trading.returns import with_returns


def navs(count: int, days: int = 250) -> np.ndarray:
    return np.array([days_of(noise(seed, days, mean=0.0))["nav"] for seed in range(count)])


def test_skill_stands_out_from_chance():
    skilled = days_of(noise(0, 250, mean=0.004))["nav"]
    found = beside_random(skilled, 0 * skilled, navs(199), 0 * navs(199))
    assert found["random_p"] == pytest.approx(1 / 200)
    assert found["random_median"] == pytest.approx(0, abs=0.3)
    assert 1.3 < found["random_95"] < 2.1


def test_one_of_the_random_ones_does_not():
    drawn = navs(200)
    ratios = np.array([sharpe(noise(seed, 250, mean=0.0)) for seed in range(200)])
    found = beside_random(drawn[7], 0 * drawn[7], *2 * [np.delete(drawn, 7, axis=0)])
    assert found["random_p"] == pytest.approx((ratios >= ratios[7]).mean())


@pytest.mark.parametrize("nav", [np.full(50, 100), np.r_[100, np.zeros(49)], [100], []])
def test_who_did_nothing_or_lost_all_is_not_compared(nav):
    nothing = np.zeros(len(nav))
    found = beside_random(nav, nothing, *2 * [navs(5)])
    assert np.isnan(found["random_p"])
    told = ("random_p", "random_median", "random_95")
    found = beside_random(navs(1)[0], 0 * navs(1)[0], [nav], [nothing])
    assert np.isnan([found[name] for name in told]).all()


def test_turnover_a_year_is_that_of_performance_and_of_the_median():
    days = days_of(noise(0, 60), turnover=np.arange(61) * 10_000_000)
    own = with_returns(days, ["strategy"])["traded"].mean() * 252
    nav, traded = days["nav"], days["turnover"]
    random = [2 * traded, 3 * traded, 0 * traded]
    found = beside_random(nav, traded, [nav] * 3, random)
    assert found["turnover"] == pytest.approx(own)
    assert found["random_turnover"] == pytest.approx(2 * own)
    alone = beside_random(nav, traded, np.zeros((0, 61)), np.zeros((0, 61)))
    assert np.isnan(alone["random_turnover"])
    assert tuple(alone) == CHANCE


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
