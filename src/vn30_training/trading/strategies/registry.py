"""The strategies by name, and presets for an index of thirty stocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from inspect import signature
from typing import Any

from pydantic import ValidationError

from vn30_training.models.options import nearest
from vn30_training.trading.strategies.base import Strategy
from vn30_training.trading.strategies.benchmarks import (
    BuyAndHold,
    EqualMembers,
    Momentum,
    Reversal,
)
from vn30_training.trading.strategies.optimised import OptimisedWeights
from vn30_training.trading.strategies.score_weighted import ScoreWeighted
from vn30_training.trading.strategies.threshold import Threshold
from vn30_training.trading.strategies.topk import TopkDropout
from vn30_training.trading.strategies.volatility_target import VolatilityTarget

STRATEGIES: dict[str, type[Strategy]] = {
    "topk_dropout": TopkDropout,
    "threshold": Threshold,
    "score_weighted": ScoreWeighted,
    "volatility_target": VolatilityTarget,
    "optimised": OptimisedWeights,
}
BENCHMARKS: dict[str, type[Strategy]] = {
    "buy_and_hold": BuyAndHold,
    "equal_weight": EqualMembers,
    "momentum_12_1": Momentum,
    "reversal_5": Reversal,
}
FROM_THE_BEST = (
    *("inverse_volatility", "minimum_variance", "mean_variance", "risk_parity", "hrp"),
    *("tracking", "turnover_aware"),
)
"""The optimisers that are presets: each spreads NAV over the stocks with the best scores."""
_OF_THE_BEST = {"best": 15, "caps": {"stock": 0.15, "sector": 0.40}}

PRESETS: dict[str, tuple[str, dict[str, Any]]] = {
    "topk_5": ("topk_dropout", {"topk": 5, "n_drop": 1}),
    "topk_8": ("topk_dropout", {"topk": 8, "n_drop": 2}),
    "topk_10": ("topk_dropout", {"topk": 10, "n_drop": 2}),
    "threshold_return": ("threshold", {"by": "expected", "enter": 0.005, "leave": 0.0}),
    "threshold_p_up": ("threshold", {"by": "probability", "enter": 0.55, "leave": 0.50}),
    "score_rank": ("score_weighted", {"method": "rank"}),
    "score_softmax": ("score_weighted", {"method": "softmax"}),
    **{name: ("optimised", {"optimiser": name, **_OF_THE_BEST}) for name in FROM_THE_BEST},
}


def make_strategy(name: str, options: Mapping[str, Any] | None = None) -> Strategy:
    """Return the strategy, benchmark or preset of that name.

    Parameters
    ----------
    name
        A key of `STRATEGIES`, `BENCHMARKS` or `PRESETS`.
    options
        What differs from its defaults.

    Raises
    ------
    ValueError
        If there is no such strategy, or it has no such option.
    """
    kind, preset = PRESETS.get(name, (name, {}))
    known = {**STRATEGIES, **BENCHMARKS}
    if kind not in known:
        raise ValueError(f"no strategy {name!r}; there are {', '.join([*known, *PRESETS])}")
    try:
        return known[kind].model_validate({**preset, **(options or {})})
    except ValidationError as error:
        raise ValueError("\n".join(_problems(error, known[kind], name))) from None


def _problems(error: ValidationError, strategy: type[Strategy], name: str) -> Iterator[str]:
    """Yield where an option is wrong, and the nearest name or what is asked for."""
    for problem in error.errors():
        *parents, last = problem["loc"] or ("",)
        where = ".".join([name, *map(str, problem["loc"])])
        if problem["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
            owner: Any = strategy.model_fields[str(parents[0])].annotation if parents else strategy
            yield f"{where}: no such option; {nearest(str(last), signature(owner).parameters)}"
        else:
            told = problem["msg"].removeprefix("Value error, ")
            yield f"{where}: {told} (got {problem['input']!r})"
