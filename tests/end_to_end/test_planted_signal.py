"""A planted signal is found at its size, and noise is not, by the project's own functions."""

import numpy as np
import pytest
from tests.models.small_market import declared_families

from vn30_training.evaluation.ic import daily_ic
from vn30_training.evaluation.splits import SplitOptions, make_split
from vn30_training.evaluation.statistics import estimate_mean
from vn30_training.features.labels import LabelOptions, build_labels
from vn30_training.features.table import build_features
from vn30_training.market.membership import build_panel
from vn30_training.market.sessions import build_sessions
from vn30_training.market.simulated import SimulatedMarketOptions, simulate
from vn30_training.models.options import merge_options
from vn30_training.models.scope import Scope
from vn30_training.models.training import train

OPTIONS = {
    "ridge": {"penalties": [0.1, 1.0, 10.0]},
    "lightgbm": {"n_estimators": 120, "early_stopping_rounds": 20, "num_leaves": 15},
}
PLANTED = 0.12
HOLDING = 2


def found(seed, signal_ic, *families):
    """Return the estimated mean rank IC of the oracle and of families on one test span."""
    market = simulate(SimulatedMarketOptions(seed=seed, signal_ic=signal_ic, start="2018-01-01"))
    sessions = build_sessions(market.prices)
    panel = build_panel(market.prices, sessions, market.members, market.sectors)
    features = build_features(panel, "clean")
    labels = build_labels(panel, sessions, LabelOptions())
    split = make_split(labels, SplitOptions(method="ratio", ratios=(0.6, 0.15, 0.25)))
    test = split.mask(labels, "test")
    truth = labels.loc[test].merge(market.oracle, on=["symbol", "date"], how="left")
    estimates = {"oracle": estimate(truth.rename(columns={"y_raw": "y_true"}))}
    for family in families:
        entry, scope = declared_families()[family], Scope("pooled")
        given = {**entry, "overrides": {scope.name: {"options": OPTIONS[family]}}}
        options = merge_options(family, given, scope)
        model = train(features, labels, split, options, scope)
        estimates[family] = estimate(model.forecast(features, labels, test))
    return estimates


def estimate(rows):
    return estimate_mean(daily_ic(rows, by=())["rank_ic"], HOLDING)


def assert_most_of_the_signal_is_found(seeds):
    """On average over seeds: at least 70 % of what the oracle has, and no more than it has.

    The span's own luck, a standard error of about 0.01 a seed, is the oracle's as well. What is
    missing is what a linear or small model of 158 features cannot tell from noise.
    """
    results = [found(seed, PLANTED, *OPTIONS) for seed in seeds]
    oracle = np.mean([one["oracle"].mean for one in results])
    assert oracle == pytest.approx(PLANTED, abs=0.02)
    for family in OPTIONS:
        assert all(one[family].t > 3 for one in results), family
        mean = np.mean([one[family].mean for one in results])
        assert 0.7 * oracle < mean < oracle + 0.01, (family, mean, oracle)


def test_a_planted_signal_is_found():
    assert_most_of_the_signal_is_found(seeds=[1])


@pytest.mark.slow
def test_a_planted_signal_is_found_at_its_size_over_seeds():
    assert_most_of_the_signal_is_found(seeds=[2, 3, 4])


@pytest.mark.slow
@pytest.mark.parametrize("family", OPTIONS)
def test_noise_is_not_found_in_nineteen_of_twenty_seeds(family):
    values = [found(seed, 0.0, family)[family].t for seed in range(20)]
    significant = [seed for seed, t in enumerate(values) if abs(t) >= 2]
    assert len(significant) <= 1, {seed: values[seed] for seed in significant}
