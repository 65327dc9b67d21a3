"""The optimisers of skfolio, fitted on annual figures so that solvers meet numbers near one."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from vn30_training.trading.optimisers.caps import Caps, Floats, sector_groups
from vn30_training.trading.optimisers.contract import CannotOptimiseError

YEAR = 252
"""Sessions of a year. At daily figures a solver stops early: 1e-8 is not small beside 1e-4."""


def fitted(estimator: Any, returns: Floats) -> Floats:
    """Return the weights of a skfolio estimator fitted on returns a session, shape (W, n).

    Raises
    ------
    CannotOptimiseError
        If it does not converge, only nearly converges, or cannot be fitted.
    """
    from skfolio.exceptions import SkfolioError

    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("error", message="Solution may be inaccurate")
            estimator.fit(returns * np.sqrt(YEAR))
    except (SkfolioError, ValueError, ArithmeticError, UserWarning) as error:
        lines = str(error).splitlines() or [type(error).__name__]
        reason = lines[0].split(". ")[0]
        raise CannotOptimiseError(f"not solved: {reason}") from error
    return np.asarray(estimator.weights_, dtype=np.float64)


def shrunk_covariance() -> Any:
    """Return skfolio's prior with the covariance of Ledoit and Wolf (2004)."""
    from skfolio.moments import LedoitWolf
    from skfolio.prior import EmpiricalPrior

    return EmpiricalPrior(covariance_estimator=LedoitWolf())


def limits(caps: Caps, sectors: tuple[str, ...]) -> dict[str, Any]:
    """Return the caps as arguments of a convex estimator of skfolio."""
    arguments: dict[str, Any] = {"max_weights": caps.stock}
    if caps.sector is None:
        return arguments
    groups = sector_groups(sectors)
    inside = np.zeros((len(groups), len(sectors)))
    for row, columns in enumerate(groups):
        inside[row, columns] = 1.0
    most = np.full(len(groups), caps.sector)
    return {**arguments, "left_inequality": inside, "right_inequality": most}


def mean_risk(
    returns: Floats, arguments: dict[str, Any], expected: Floats | None, aversion: float
) -> Floats:
    """Minimise variance, or maximise expected return less ``aversion`` times variance.

    Parameters
    ----------
    returns
        Returns a session, shape (W, n).
    arguments
        Of skfolio's ``MeanRisk``: limits, costs.
    expected
        Expected returns a session, shape (n,); None: minimise variance.
    aversion
        Of variance, both a year; 0.5 maximises the growth of a small portfolio.
    """
    from skfolio.optimization import MeanRisk, ObjectiveFunction

    objective = {"objective_function": ObjectiveFunction.MINIMIZE_RISK}
    if expected is not None:
        a_year = YEAR * expected
        objective = {
            "objective_function": ObjectiveFunction.MAXIMIZE_UTILITY,
            "risk_aversion": aversion,
            "overwrite_expected_return": lambda weights: a_year @ weights,
        }
    estimator = MeanRisk(prior_estimator=shrunk_covariance(), **arguments, **objective)
    return fitted(estimator, returns)
