import numpy as np
import pytest
from tests.trading.optimisers.problems import WIDE, make_problem, with_covariance

from vn30_training.trading.optimisers.caps import Caps
from vn30_training.trading.optimisers.contract import optimise
from vn30_training.trading.optimisers.registry import make_optimiser


def shrunk(returns):
    from sklearn.covariance import LedoitWolf

    return LedoitWolf().fit(returns).covariance_


def solved(name, problem, **options):
    answer = optimise(make_optimiser(name, options), problem)
    assert answer.fallback is None
    return answer.weights


def test_inverse_volatility_of_two_stocks():
    returns = with_covariance(np.diag([0.01, 0.02]) ** 2)
    problem = make_problem(2, caps=WIDE, returns=returns)
    np.testing.assert_allclose(solved("inverse_volatility", problem), [2 / 3, 1 / 3], rtol=1e-12)


def test_minimum_variance_of_two_stocks_has_a_closed_form():
    covariance = np.array([[4.0, 1.0], [1.0, 9.0]]) * 1e-4
    problem = make_problem(2, caps=WIDE, returns=with_covariance(covariance))
    s = shrunk(problem.returns)
    first = (s[1, 1] - s[0, 1]) / (s[0, 0] + s[1, 1] - 2 * s[0, 1])
    weights = solved("minimum_variance", problem)
    np.testing.assert_allclose(weights, [first, 1 - first], atol=1e-5)
    assert first == pytest.approx(8 / 11, abs=0.02)


def test_mean_variance_meets_the_first_order_condition():
    problem = make_problem(4, caps=WIDE)
    weights = solved("mean_variance", problem, aversion=8.0)
    gradient = problem.expected - 2 * 8.0 * shrunk(problem.returns) @ weights
    inside = weights > 1e-4
    assert inside.sum() > 1
    np.testing.assert_allclose(gradient[inside], gradient[inside].mean(), atol=2e-6)
    assert (gradient[~inside] <= gradient[inside].mean() + 2e-6).all()


def test_risk_parity_gives_every_stock_the_same_contribution():
    problem = make_problem(6, caps=WIDE)
    weights = solved("risk_parity", problem)
    parts = weights * (shrunk(problem.returns) @ weights)
    np.testing.assert_allclose(parts / parts.sum(), 1 / 6, atol=1e-4)


def test_hierarchical_parity_is_that_of_skfolio():
    from skfolio.optimization import HierarchicalRiskParity

    problem = make_problem(10)
    direct = HierarchicalRiskParity(max_weights=0.3).fit(problem.returns).weights_
    np.testing.assert_allclose(solved("hrp", problem), direct, rtol=1e-10)


def test_traded_value_is_in_proportion_until_the_cap():
    problem = make_problem(4, caps=Caps(stock=0.4), value=np.array([8.0, 4.0, 2.0, 2.0]))
    np.testing.assert_allclose(solved("traded_value", problem), [0.4, 0.3, 0.15, 0.15])


def test_tracking_without_tilt_finds_the_portfolio_behind_the_benchmark():
    problem = make_problem(5, caps=WIDE)
    behind = np.array([0.4, 0.3, 0.2, 0.1, 0.0])
    problem = make_problem(5, caps=WIDE, benchmark=problem.returns @ behind)
    weights = solved("tracking", problem, tilt=0.0)
    np.testing.assert_allclose(weights, behind, atol=0.02)


def test_tracking_leans_towards_the_forecasts():
    problem = make_problem(8, expected=np.array([0.002] + 7 * [0.0]))
    plain = solved("tracking", problem, tilt=0.0)
    leaning = solved("tracking", problem, tilt=1.0)
    np.testing.assert_allclose(plain, 1 / 8, atol=0.02)
    assert leaning[0] > plain[0] + 0.05


def test_costs_above_any_gain_leave_the_portfolio_as_it_is():
    previous = np.full(8, 0.125)
    problem = make_problem(8, previous=previous)
    np.testing.assert_allclose(
        solved("turnover_aware", problem, cost=0.5, holding=1), previous, atol=1e-6
    )


def test_without_costs_and_lots_turnover_awareness_is_mean_variance():
    problem = make_problem(8)
    free = solved("turnover_aware", problem, cost=0.0, lot=1, capital=10**14)
    np.testing.assert_allclose(free, solved("mean_variance", problem), atol=1e-5)


def test_a_cost_is_spread_over_the_sessions_held():
    problem = make_problem(8, previous=np.full(8, 0.125))
    moved = [
        np.abs(solved("turnover_aware", problem, holding=holding) - 0.125).sum()
        for holding in (1, 5, 21, 252)
    ]
    assert moved == sorted(moved)
    assert moved[0] < moved[-1]
