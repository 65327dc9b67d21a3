"""Shuffling keeps every day's labels, and its null band holds what it says."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from vn30_training.evaluation.audit.skill import Y, _correlation, shuffled
from vn30_training.models.scope import Scope

SYMBOLS = ("AAA", "BBB", "CCC", "DDD", "EEE", "FFF")


def make_labels(days=40, seed=0):
    generator = np.random.default_rng(seed)
    rows = days * len(SYMBOLS)
    y = generator.standard_normal(rows)
    y[generator.random(rows) < 0.1] = np.nan
    return pd.DataFrame(
        {
            "symbol": np.repeat(SYMBOLS, days),
            "date": np.tile(pd.bdate_range("2024-01-01", periods=days), len(SYMBOLS)),
            "member": np.repeat([True, True, True, True, True, False], days),
            **dict.fromkeys(Y, y),
            "volatility": np.arange(rows) * 1.0,
        }
    )


def test_labels_are_dealt_out_within_a_day_and_among_members():
    labels = make_labels()
    dealt = shuffled(labels, np.random.default_rng(1))
    keys = ["date", "member"]
    for (_, one), (_, two) in zip(labels.groupby(keys), dealt.groupby(keys), strict=True):
        assert sorted(one["y_z"].dropna()) == sorted(two["y_z"].dropna())
    pd.testing.assert_series_equal(labels["y_raw"].isna(), dealt["y_raw"].isna())
    assert dealt["y_raw"].equals(dealt["y_z"])
    assert (labels["y_raw"] != dealt["y_raw"]).mean() > 0.5
    columns = ["symbol", "date", "member", "volatility"]
    pd.testing.assert_frame_equal(labels[columns], dealt[columns])


@pytest.mark.parametrize("scope", ["VN30", "AAA"])
def test_the_null_band_is_as_wide_as_the_null(scope):
    generator = np.random.default_rng(0)
    case = SimpleNamespace(scope=Scope.parse(scope))
    labels = make_labels(days=60)
    own = labels["member"] if scope == "VN30" else labels["symbol"] == scope
    score = generator.standard_normal(len(labels)).cumsum()
    ratios = []
    for _ in range(300):
        table = shuffled(labels, generator).assign(score=score)[own]
        mean, error = _correlation(case, table)
        ratios.append(mean / error)
    assert abs(np.mean(ratios)) < 0.2
    assert 0.85 < np.std(ratios) < 1.15
