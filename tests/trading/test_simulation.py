"""The simulator's face: shapes, refusals, threads."""

import os
from types import SimpleNamespace

import numba
import numpy as np
import pytest
from pydantic import ValidationError
from tests.trading.markets import plain_bars, random_bars, random_weights

from vn30_training.trading.engine import _forget_stale
from vn30_training.trading.plan import Stops, TopkDropout, Weights
from vn30_training.trading.profiles import PROFILES, Profile
from vn30_training.trading.simulation import simulate

BARS = random_bars(0)
SHAPE = BARS.close.shape


def test_series_have_a_row_a_plan_and_a_column_a_session():
    plan = Weights(random_weights(0, (3, *SHAPE)))
    result = simulate(BARS, plan, PROFILES["hose"], 10**9)
    names = ("nav", "cash", "receivable", "fees", "taxes", "slippage", "dividends", "turnover")
    for name in names:
        series = getattr(result, name)
        assert series.shape == (3, SHAPE[0])
        assert series.dtype == np.int64
    assert (result.nav[:, 0] == 10**9).all()
    assert result.shares is None
    assert result.fills is None
    assert result.reasons["orders"].sum() == result.unfilled.sum()


def test_the_result_does_not_depend_on_threads(monkeypatch):
    plan = Weights(random_weights(0, (7, *SHAPE)))
    results = []
    for threads in (1, 3):
        settings = SimpleNamespace(NUMBA_NUM_THREADS=threads)
        monkeypatch.setattr(numba, "config", settings)
        results.append(simulate(BARS, plan, PROFILES["hose"], 10**9, fills=True))
    one, three = results
    assert (one.nav == three.nav).all()
    assert one.fills.equals(three.fills)


def test_inputs_are_left_alone_and_may_be_read_only():
    weights = random_weights(0, SHAPE)
    before = weights.copy()
    for array in (weights, BARS.close, BARS.volume):
        array.flags.writeable = False
    one = simulate(BARS, Weights(weights), PROFILES["hose"], 10**9)
    two = simulate(BARS, Weights(weights), PROFILES["hose"], 10**9)
    assert (one.nav == two.nav).all()
    np.testing.assert_array_equal(weights, before)


@pytest.mark.parametrize("capital", [0, -1, 10**13])
def test_capital_out_of_range_is_refused(capital):
    with pytest.raises(ValueError, match="capital"):
        simulate(BARS, Weights(np.zeros(SHAPE)), PROFILES["hose"], capital)


def test_a_plan_of_another_market_is_refused():
    with pytest.raises(ValueError, match="the bars of"):
        simulate(BARS, Weights(np.zeros((3, 3))), PROFILES["hose"], 10**9)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ([0.5, np.nan], "wholly NaN"),
        ([0.5, -0.1], "long only"),
        ([0.6, 0.6], "not borrowed"),
    ],
)
def test_impossible_weights_are_refused(row, message):
    for weights in (np.array([row]), np.array([[row]])):
        with pytest.raises(ValueError, match=message):
            Weights(weights)


@pytest.mark.parametrize(
    "rules", [{"topk": 0}, {"n_drop": -1}, {"hold_thresh": [1, -1]}, {"risk_degree": 1.1}]
)
def test_impossible_dropouts_are_refused(rules):
    with pytest.raises(ValueError, match=r"TopkDropout|cash spent"):
        TopkDropout(np.zeros(SHAPE), **({"topk": 1, "n_drop": 1} | rules))


@pytest.mark.parametrize("stops", [{"loss": 1.0}, {"loss": -0.1}, {"profit": -0.1}])
def test_impossible_stops_are_refused(stops):
    with pytest.raises(ValueError, match="Stops"):
        Stops(**stops)


def test_profiles_are_closed_and_frozen():
    assert set(PROFILES) == {"hose", "fees_only", "frictionless", "qlib"}
    assert all(name == profile.name for name, profile in PROFILES.items())
    with pytest.raises(ValidationError):
        Profile(name="x", slipage_ticks=1)
    with pytest.raises(ValidationError):
        PROFILES["hose"].fee_ppm = 0
    with pytest.raises(ValidationError):
        Profile(name="x", participation=0.0)


def test_stock_without_a_price_yet_is_bought_when_it_has_one():
    bars = plain_bars([[0, 100], [0, 100], [100, 100], [100, 100]])
    weights = np.full((4, 2), 0.5)
    result = simulate(bars, Weights(weights), PROFILES["frictionless"], 1000, shares=True)
    assert result.shares[0].tolist() == [[0, 0], [0, 5], [0, 5], [5, 5]]


def test_functions_compiled_from_older_sources_are_forgotten(tmp_path):
    folder = tmp_path / "engine"
    compiled = folder / "__pycache__"
    compiled.mkdir(parents=True)
    old = compiled / "old.nbi"
    old.touch()
    for source in (folder / "rule.py", tmp_path / "reasons.py"):
        source.touch()
    new = compiled / "new.nbi"
    new.touch()
    os.utime(old, ns=(0, 0))
    os.utime(new, ns=(2**62, 2**62))
    _forget_stale(folder)
    assert [path.name for path in compiled.iterdir()] == ["new.nbi"]
