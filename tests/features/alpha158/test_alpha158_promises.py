"""What the engines promise beyond right values: no look-ahead, no artefacts, the same bytes."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from panels import random_panel

from vn30_training.features import alpha158

ENGINES = ("numba", "bottleneck")
BARS = ["open", "high", "low", "close", "volume", "vwap"]


def cuts(panel, number, seed=0):
    """Positions of last known rows: random ones, and ones beside gaps."""
    gaps = np.flatnonzero(panel["close"].isna())
    beside = np.concatenate([gaps - 1, gaps, gaps + 1])[: number // 2]
    rng = np.random.default_rng(seed)
    return np.concatenate([beside, rng.integers(0, len(panel) - 1, number - len(beside))])


def with_noise_after(panel, date, seed):
    rng = np.random.default_rng(seed)
    later = (panel["date"] > date).to_numpy()
    noisy = panel.copy()
    noisy.loc[later, BARS] = rng.lognormal(10, 3, (later.sum(), len(BARS)))
    noisy.loc[later & (rng.random(len(panel)) < 0.2), BARS] = np.nan
    return noisy


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("mode", ["clean", "qlib"])
def test_nothing_after_a_day_changes_its_features(engine, mode):
    panel = random_panel(5, symbols=4, sessions=320, gaps=0.02)
    whole = alpha158.compute(panel, mode, engine=engine)
    for cut in cuts(panel, 60):
        date = panel["date"].iloc[cut]
        known = (panel["date"] <= date).to_numpy()
        noisy = alpha158.compute(with_noise_after(panel, date, cut), mode, engine=engine)
        pd.testing.assert_frame_equal(noisy[known], whole[known], check_exact=True)
        short = alpha158.compute(panel[known].reset_index(drop=True), mode, engine=engine)
        want = whole[known].reset_index(drop=True)
        pd.testing.assert_frame_equal(short, want, check_exact=True)


@pytest.mark.parametrize("engine", ENGINES)
def test_symbols_do_not_touch(engine):
    panel = random_panel(6, symbols=3, sessions=150)
    alone = [one.reset_index(drop=True) for _, one in panel.groupby("symbol")]
    apart = pd.concat([alpha158.compute(one, engine=engine) for one in alone], ignore_index=True)
    pd.testing.assert_frame_equal(alpha158.compute(panel, engine=engine), apart, check_exact=True)


@pytest.mark.parametrize("engine", ENGINES)
def test_clean_features_are_bounded_where_qlib_explodes(engine):
    panel = random_panel(7, symbols=2, sessions=300, idle=0.1, flat=0.3, gaps=0.05)
    clean = alpha158.compute(panel, "clean", engine=engine)[list(alpha158.NAMES)]
    peer = alpha158.compute(panel, "qlib", engine=engine)[list(alpha158.NAMES)]
    assert np.nanmax(np.abs(peer)) > 1e15
    assert np.nanmax(np.abs(clean)) < 1e5
    assert clean[panel["close"].isna()].isna().all(axis=None)


@pytest.mark.parametrize("engine", ENGINES)
def test_scale_of_prices_does_not_matter_in_clean_mode(engine):
    panel = random_panel(8, symbols=2, sessions=150)
    scaled = panel.copy()
    scaled[["open", "high", "low", "close", "vwap"]] /= 1024
    got = alpha158.compute(scaled, dtype=np.float64, engine=engine)
    want = alpha158.compute(panel, dtype=np.float64, engine=engine)
    pd.testing.assert_frame_equal(got, want, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("engine", ENGINES)
def test_hopeless_bars_give_no_infinity(engine):
    panel = random_panel(9, symbols=2, sessions=90)
    panel.loc[20:40, ["open", "close"]] = 0.0
    panel.loc[60, "high"] = np.inf
    panel.loc[70:75, "volume"] = -1.0
    got = alpha158.compute(panel, engine=engine)
    assert not np.isinf(got[list(alpha158.NAMES)].to_numpy()).any()
    assert got.loc[20:40, "KMID"].isna().all()


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("sessions", [1, 2, 3, 59, 60, 61])
def test_short_histories_work(engine, sessions):
    panel = random_panel(10, symbols=1, sessions=sessions, gaps=0.0)
    assert alpha158.compute(panel, "qlib", engine=engine).shape == (sessions, 160)
    assert alpha158.compute(panel.iloc[:0], "clean", engine=engine).shape == (0, 160)


def test_without_vwap_its_column_is_empty():
    panel = random_panel(11, symbols=1).drop(columns="vwap")
    for mode in ("clean", "qlib"):
        assert alpha158.compute(panel, mode)["VWAP0"].isna().all()


def test_the_input_is_not_touched():
    panel = random_panel(12)
    before = panel.copy(deep=True)
    alpha158.compute(panel)
    pd.testing.assert_frame_equal(panel, before, check_exact=True)


def test_unsorted_panels_and_unknown_names_are_refused():
    panel = random_panel(13, symbols=2, sessions=10)
    with pytest.raises(ValueError, match="contiguous"):
        alpha158.compute(panel.sort_values("date"))
    with pytest.raises(ValueError, match="ascend"):
        alpha158.compute(panel.iloc[::-1])
    with pytest.raises(ValueError, match="mode"):
        alpha158.compute(panel, "tidy")
    with pytest.raises(ValueError, match="engine"):
        alpha158.compute(panel, engine="abacus")


THREADS = """
import hashlib, sys, threading
import numba
sys.path.insert(0, sys.argv[1])
from panels import random_panel
from vn30_training.features import alpha158
table = alpha158.compute(random_panel(14, symbols=5, sessions=400), engine="numba")
assert threading.active_count() == 1
try:
    print(numba.threading_layer())
except ValueError:  # numba's own pool was never started
    print(hashlib.sha256(table[list(alpha158.NAMES)].to_numpy().tobytes()).hexdigest())
"""


def test_any_number_of_threads_gives_the_same_bytes_and_none_stays():
    found = set()
    for threads in ("1", "2"):
        command = [sys.executable, "-c", THREADS, str(Path(__file__).parents[1])]
        environment = {**os.environ, "NUMBA_NUM_THREADS": threads}
        found.add(subprocess.check_output(command, env=environment, text=True).strip())
    assert len(found) == 1
    assert len(found.pop()) == 64


def test_without_bottleneck_the_error_names_the_extra():
    code = (
        "import sys; sys.modules['bottleneck'] = None\n"
        "import vn30_training.features.alpha158.moving"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "vn30-training[bottleneck]" in done.stderr


def test_importing_the_package_loads_no_compiler():
    code = (
        "import sys; import vn30_training.features.alpha158 as package\n"
        "import vn30_training.features.table\n"
        "heavy = {'numba', 'torch', package.__name__ + '.moving'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"
