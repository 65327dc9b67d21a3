import numpy as np
import pandas as pd
from panels import random_panel

from vn30_training.features import signals

KNOWN = 1.0 + 0.01 * np.arange(300)


def straight_panel():
    dates = pd.bdate_range("2020-01-01", periods=len(KNOWN)).astype("datetime64[us]")
    return pd.DataFrame({"symbol": "AAA", "date": dates, "close": KNOWN})


def test_known_signals():
    got = signals.compute(straight_panel()).iloc[-1]
    assert np.isclose(got["SIG_REV1"], -(KNOWN[-1] / KNOWN[-2] - 1))
    assert np.isclose(got["SIG_REV5"], -(KNOWN[-1] / KNOWN[-6] - 1), rtol=1e-6)
    assert np.isclose(got["SIG_MOM12_1"], KNOWN[-22] / KNOWN[-253] - 1)


def test_signals_start_when_their_history_is_complete():
    got = signals.compute(straight_panel())
    first = {name: int(got[name].first_valid_index()) for name in signals.NAMES}
    assert first == {
        "SIG_REV1": 1,
        "SIG_REV5": 5,
        "SIG_MOM12_1": 252,
        "SIG_EWMA_VOL": signals.MINIMUM_RETURNS,
    }


def test_volatility_is_the_weighted_mean_of_squared_returns():
    panel = random_panel(0, symbols=1, sessions=80, gaps=0.1)
    returns = np.diff(np.log(panel["close"].dropna().to_numpy()))
    weights = signals.DECAY ** np.arange(len(returns))[::-1]
    want = np.sqrt(weights @ returns**2 / weights.sum())
    assert np.isclose(signals.ewma_volatility(panel)[-1], want, rtol=1e-12)


def test_volatility_stays_while_a_share_is_suspended():
    panel = random_panel(1, symbols=1, sessions=60, gaps=0.0)
    panel.loc[40:45, "close"] = np.nan
    volatility = signals.ewma_volatility(panel)
    assert np.all(volatility[40:46] == volatility[39])
    assert volatility[46] != volatility[39]
    assert signals.compute(panel).loc[40:45, ["SIG_REV1", "SIG_REV5"]].isna().all(axis=None)


def test_nothing_after_a_day_changes_its_signals():
    panel = random_panel(2, symbols=3, sessions=320, gaps=0.03)
    whole = signals.compute(panel)
    rng = np.random.default_rng(0)
    gaps = np.flatnonzero(panel["close"].isna())
    for cut in np.concatenate([gaps[:15], gaps[:15] - 1, rng.integers(0, len(panel), 30)]):
        known = (panel["date"] <= panel["date"].iloc[cut]).to_numpy()
        noisy = panel.copy()
        noisy.loc[~known, "close"] = rng.lognormal(10, 2, (~known).sum())
        pd.testing.assert_frame_equal(signals.compute(noisy)[known], whole[known], check_exact=True)
        short = signals.compute(panel[known].reset_index(drop=True))
        want = whole[known].reset_index(drop=True)
        pd.testing.assert_frame_equal(short, want, check_exact=True)
