"""Problems for the tests of optimisers."""

import numpy as np

from vn30_training.trading.optimisers.caps import Caps
from vn30_training.trading.optimisers.contract import Problem

WIDE, MODERATE = Caps(stock=1.0), Caps(stock=0.3)


def make_problem(
    n: int = 12, seed: int = 0, caps: Caps = MODERATE, sectors: str = "ABCD", **given
) -> Problem:
    """Return a problem of ``n`` stocks with one common factor."""
    rng = np.random.default_rng(seed)
    own = rng.standard_normal((252, n)) * rng.uniform(0.01, 0.03, n)
    fields = {
        "returns": own + 0.01 * rng.standard_normal((252, 1)),
        "sectors": tuple(sectors[i % len(sectors)] for i in range(n)),
        "caps": caps,
        "expected": 0.001 * rng.standard_normal(n),
        "previous": np.zeros(n),
        "value": rng.uniform(1e9, 1e11, n),
        "price": rng.uniform(1e4, 1e5, n),
    }
    return Problem(**{**fields, **given})


def with_covariance(covariance: np.ndarray, rows: int = 400, seed: int = 0) -> np.ndarray:
    """Return returns of mean 0 whose sample covariance (ddof 1) is exactly as given."""
    noise = np.random.default_rng(seed).standard_normal((rows, len(covariance)))
    noise -= noise.mean(axis=0)
    white = noise @ np.linalg.inv(np.linalg.cholesky(np.cov(noise.T))).T
    return white @ np.linalg.cholesky(covariance).T
