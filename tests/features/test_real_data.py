"""Features and labels on real prices: engines agree, and the reversal has its known size."""

import numpy as np
import pandas as pd
import pytest

from vn30_training.features import alpha158
from vn30_training.features.labels import LabelOptions, build_labels
from vn30_training.features.signals import compute as signals

pytestmark = pytest.mark.real_data
DAY = "2025-08-25"
PRICES = ["open", "high", "low", "close"]


@pytest.fixture(scope="module")
def panel(real_data):
    members = pd.read_csv(real_data / "constituents.csv")
    current = (members["start_date"] <= DAY) & ~(members["end_date"] <= DAY)
    bars = pd.concat(
        pd.read_csv(real_data / f"ohlcv/{symbol}.csv", parse_dates=["date"]).assign(symbol=symbol)
        for symbol in sorted(members.loc[current, "symbol"].unique())
    )
    bars[PRICES] *= 1000
    traded = bars.groupby("date")["symbol"].nunique()
    calendar = traded.index[traded >= 0.5 * traded.rolling(60, min_periods=1).max()]
    aligned = []
    for symbol, one in bars.groupby("symbol"):
        days = calendar[(calendar >= one["date"].min()) & (calendar <= one["date"].max())]
        rows = one.set_index("date").reindex(days).rename_axis("date").reset_index()
        aligned.append(rows.assign(symbol=symbol))
    return pd.concat(aligned, ignore_index=True).assign(member=True, sector="none")


def test_the_reversal_has_its_known_rank_ic(panel):
    dates = pd.DatetimeIndex(panel["date"].unique()).sort_values()
    later = pd.bdate_range(dates[-1], periods=10)[1:]
    sessions = pd.DataFrame({"date": dates.append(later), "observed": True})
    labels = build_labels(panel, sessions, LabelOptions(name="qlib"))
    rows = labels["date"].between("2023-01-01", DAY)
    table = labels[rows].assign(signal=signals(panel).loc[rows, "SIG_REV1"])
    ranks = table.groupby("date")[["signal", "y_raw"]].rank()
    daily = ranks.groupby(table["date"]).apply(lambda day: day["signal"].corr(day["y_raw"]))
    assert np.isclose(daily.mean(), 0.041, atol=0.002)


def test_engines_agree(panel):
    one, other = (
        alpha158.compute(panel, dtype=np.float64, engine=engine)
        for engine in ("numba", "bottleneck")
    )
    for name in alpha158.NAMES:
        assert np.array_equal(one[name].isna(), other[name].isna()), name
        np.testing.assert_allclose(one[name], other[name], rtol=1e-7, atol=1e-9, err_msg=name)


def test_clean_features_exist_wherever_a_share_trades(panel):
    table = alpha158.compute(panel)
    age = panel.groupby("symbol").cumcount()
    usable = table.loc[panel["close"].notna() & (age >= 60), list(alpha158.NAMES)]
    assert usable.drop(columns="VWAP0").isna().mean().max() < 0.005
