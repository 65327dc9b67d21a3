import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from tests.trading.optimisers.problems import make_problem

from vn30_training.trading.optimisers.caps import VN30_CAPS, Caps
from vn30_training.trading.optimisers.contract import CannotOptimiseError, Optimiser, optimise
from vn30_training.trading.optimisers.fitting import fitted
from vn30_training.trading.optimisers.lots import in_lots
from vn30_training.trading.optimisers.registry import OPTIMISERS, make_optimiser

WITH_FORECASTS = ("mean_variance", "tracking", "turnover_aware")
SOLVED = [name for name in OPTIMISERS if name not in ("equal_weight", "traded_value")]


class Broken(Optimiser):
    """Returns whatever it is told to."""

    answer: tuple[float, ...]

    def solve(self, problem):
        return np.array(self.answer)


def assert_equal_with(reason, answer):
    assert answer.fallback is not None
    assert reason in answer.fallback
    np.testing.assert_allclose(answer.weights, 1 / answer.weights.size)


@pytest.mark.parametrize("name", WITH_FORECASTS)
def test_no_positive_forecast_falls_back(name):
    problem = make_problem(expected=np.full(12, -0.001))
    assert_equal_with("above zero", optimise(make_optimiser(name), problem))


@pytest.mark.parametrize("name", WITH_FORECASTS)
def test_missing_forecasts_fall_back(name):
    for expected in (None, np.array([np.nan] + 11 * [0.1])):
        problem = make_problem(expected=expected)
        assert_equal_with("missing", optimise(make_optimiser(name), problem))


@pytest.mark.parametrize("name", ["inverse_volatility", "hrp"])
def test_a_stock_that_never_moved_falls_back(name):
    returns = make_problem().returns.copy()
    returns[:, 3] = 0.0
    answer = optimise(make_optimiser(name), make_problem(returns=returns))
    assert_equal_with("no volatility", answer)


@pytest.mark.parametrize("name", OPTIMISERS)
def test_missing_returns_fall_back(name):
    returns = make_problem().returns.copy()
    returns[0, 0] = np.nan
    answer = optimise(make_optimiser(name), make_problem(returns=returns))
    assert_equal_with("returns are missing", answer)


@pytest.mark.parametrize("name", OPTIMISERS)
def test_caps_that_leave_cash_fall_back(name):
    answer = optimise(make_optimiser(name), make_problem(caps=Caps(stock=0.05)))
    assert answer.fallback == "the caps let only 60% be invested"
    np.testing.assert_allclose(answer.weights, 0.05)


@pytest.mark.parametrize("name", OPTIMISERS)
def test_a_single_stock_falls_back(name):
    answer = optimise(make_optimiser(name), make_problem(1, caps=Caps(stock=1.0)))
    assert_equal_with("fewer than two", answer)


@pytest.mark.parametrize("name", OPTIMISERS)
def test_equal_stocks_are_solved_or_fall_back_but_never_break(name):
    returns = np.repeat(make_problem(1).returns, 12, axis=1)
    answer = optimise(make_optimiser(name), make_problem(returns=returns))
    assert np.isfinite(answer.weights).all()
    assert answer.weights.sum() <= 1 + 1e-9


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"max_weights": 0.01}, "not solved: "),
        ({"solver_params": {"max_iter": 3}}, "not solved: Solution may be inaccurate$"),
    ],
)
def test_a_solver_that_fails_or_nearly_fails_says_so(arguments, reason):
    from skfolio.optimization import MeanRisk

    with pytest.raises(CannotOptimiseError, match=reason):
        fitted(MeanRisk(**arguments), make_problem().returns)


@pytest.mark.parametrize("answer", [(np.nan, 1.0), (-0.5, 1.5), (0.9, 0.9)])
def test_wrong_answers_of_a_solver_are_refused(answer):
    problem = make_problem(2, caps=Caps(stock=1.0))
    assert_equal_with("the solver's weights", optimise(Broken(answer=answer), problem))


def test_the_imprecision_of_a_solver_is_mended():
    problem = make_problem(2, caps=Caps(stock=0.7))
    answer = optimise(Broken(answer=(0.7 + 1e-6, 0.3 + 1e-6)), problem)
    assert answer.fallback is None
    assert answer.weights.max() <= 0.7
    assert answer.weights.sum() <= 1 + 1e-12


@pytest.mark.parametrize("name", OPTIMISERS)
@pytest.mark.parametrize("seed", range(3))
def test_every_optimiser_keeps_the_caps_of_the_index(name, seed):
    sectors = "A" * 13 + "BCDEFGHBCDEFGHBCD"
    previous = np.random.default_rng(seed).dirichlet(np.ones(30))
    problem = make_problem(30, seed, VN30_CAPS, sectors, previous=previous)
    answer = optimise(make_optimiser(name), problem)
    assert answer.fallback is None
    weights = answer.weights
    assert weights.min() >= 0
    assert weights.max() <= 0.1
    assert weights.sum() <= 1 + 1e-9
    assert weights.sum() > 0.95
    assert weights[:13].sum() <= 0.4 + 1e-12
    np.testing.assert_array_equal(weights, optimise(make_optimiser(name), problem).weights)


def test_unknown_names_and_options_are_refused():
    with pytest.raises(ValueError, match="no optimiser 'magic'"):
        make_optimiser("magic")
    with pytest.raises(ValidationError):
        make_optimiser("mean_variance", {"magic": 1})


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 10**6), n=st.integers(2, 10))
def test_lots_are_whole_and_within_money_and_caps(seed, n):
    rng = np.random.default_rng(seed)
    caps, sectors = Caps(stock=0.5, sector=0.8), tuple("AB"[i % 2] for i in range(n))
    weights = np.minimum(rng.dirichlet(np.ones(n)), 0.5) * rng.uniform(0.2, 1)
    weights[rng.random(n) < 0.2] = 0.0
    for one in (weights[::2], weights[1::2]):
        one *= min(1.0, 0.8 / max(one.sum(), 1e-9))
    previous = np.minimum(rng.dirichlet(np.ones(n)), 0.45)
    one_lot = rng.uniform(0.001, 0.04, n)
    held = in_lots(weights, previous, one_lot, caps, sectors)
    lots = (held - previous) / one_lot
    assert (held >= 0).all()
    assert held.sum() <= 1 + 1e-8
    assert held.max() <= 0.5 + 1e-8
    assert max(held[::2].sum(), held[1::2].sum()) <= 0.8 + 1e-8
    assert (np.isclose(lots, np.round(lots), atol=1e-6) | (held == 0)).all()
    assert (held[weights == 0] == 0).all()


def test_lots_of_a_known_case():
    weights, previous = np.array([0.33, 0.07, 0.0, 0.6]), np.array([0.10, 0.12, 0.015, 0.6])
    held = in_lots(weights, previous, np.full(4, 0.02), Caps(stock=1.0), ("A",) * 4)
    # bought 11 of 11.5 lots and half a lot on; sold 2 of 2.5; the odd lot sold; nothing done
    np.testing.assert_allclose(held, [0.32, 0.08, 0.0, 0.6])
