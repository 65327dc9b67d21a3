import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from panels import random_panel, sessions_of
from pydantic import ValidationError

from vn30_training.features.labels import (
    MINIMUM_CROSS_SECTION,
    LabelOptions,
    build_labels,
    holding,
)

BARS = ["open", "high", "low", "close", "volume"]


def labels_of(panel, **options):
    return build_labels(panel, sessions_of(panel), LabelOptions(**options))


def test_the_default_label_can_be_traded_and_qlibs_is_one_session_shorter():
    tradable, qlib = LabelOptions(), LabelOptions(name="qlib")
    assert (tradable.start, tradable.end, holding(tradable)) == (1, 3, 2)
    assert (qlib.start, qlib.end, holding(qlib)) == (1, 2, 1)
    assert LabelOptions(end=11).end == 11


@pytest.mark.parametrize(
    "options", [{"start": 0}, {"start": 3, "end": 3}, {"name": "best"}, {"ends": 3}]
)
def test_impossible_spans_are_refused(options):
    with pytest.raises(ValidationError):
        LabelOptions(**options)


def test_known_returns():
    dates = pd.bdate_range("2024-01-01", periods=5).astype("datetime64[us]")
    close = [100.0, 110.0, 121.0, 99.0, 50.0]
    panel = pd.DataFrame({"symbol": "AAA", "date": dates, "close": close, "member": True})
    labels = labels_of(panel)
    np.testing.assert_allclose(labels["y_raw"][:2], [99 / 110 - 1, 50 / 121 - 1])
    assert labels["y_raw"][2:].isna().all()
    assert list(labels["trade_date"][:4]) == list(dates[1:])
    assert (labels["label_end"] > labels["trade_date"]).all()


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    start=st.integers(1, 3),
    days=st.integers(1, 6),
    gaps=st.sampled_from([0.0, 0.1, 0.5]),
)
def test_labels_equal_the_obvious_ones(seed, start, days, gaps):
    panel = random_panel(seed, symbols=4, sessions=40, gaps=gaps)
    panel["member"] = np.random.default_rng(seed).random(len(panel)) < 0.8
    sessions = sessions_of(panel)
    got = build_labels(panel, sessions, LabelOptions(start=start, end=start + days))

    wide = panel.pivot_table(index="date", columns="symbol", values="close", dropna=False)
    wide = wide.reindex(sessions["date"])
    returns = (wide.shift(-start - days) / wide.shift(-start) - 1).melt(
        ignore_index=False, value_name="y"
    )
    want = panel[["symbol", "date", "member"]].merge(
        returns.reset_index(), on=["symbol", "date"], how="left"
    )
    np.testing.assert_allclose(got["y_raw"], want["y"])

    among = want["y"].where(want["member"]).groupby(want["date"])
    enough = among.transform("count") >= MINIMUM_CROSS_SECTION
    z = (want["y"].where(want["member"]) - among.transform("mean")) / among.transform("std")
    rank = (among.rank(pct=True) - 0.5) * 3.46
    np.testing.assert_allclose(
        got["y_z"], z.where(enough).where(np.isfinite(z)), rtol=1e-5, atol=1e-6
    )
    np.testing.assert_allclose(got["y_rank"], rank.where(enough), rtol=1e-5, atol=1e-6)


def test_a_suspended_share_cannot_be_traded():
    panel = random_panel(1, symbols=3, sessions=30, gaps=0.0)
    panel.loc[10, BARS] = np.nan
    labels = labels_of(panel)
    assert labels.loc[[9, 7], "y_raw"].isna().all()
    assert labels.loc[[6, 8, 10], "y_raw"].notna().all()


def test_equal_returns_have_ranks_but_no_z_score():
    panel = random_panel(2, symbols=3, sessions=30, gaps=0.0)
    panel["close"] = 1000.0
    panel["date"] = np.tile(panel["date"].unique()[:30], 3)[: len(panel)]
    labels = labels_of(panel.sort_values(["symbol", "date"]).drop_duplicates(["symbol", "date"]))
    assert labels["y_z"].isna().all()
    assert np.nanmax(np.abs(labels["y_rank"])) < 1


def test_volatility_knows_nothing_of_later_days():
    panel = random_panel(3, symbols=4, sessions=120, gaps=0.05)
    whole = labels_of(panel)["volatility"]
    rng = np.random.default_rng(0)
    for cut in rng.integers(5, len(panel), 60):
        date = panel["date"].iloc[cut]
        known = (panel["date"] <= date).to_numpy()
        noisy = panel.copy()
        noisy.loc[~known, "close"] = rng.lognormal(10, 2, (~known).sum())
        pd.testing.assert_series_equal(
            labels_of(noisy)["volatility"][known], whole[known], check_exact=True
        )
        short = labels_of(panel[known].reset_index(drop=True))["volatility"]
        assert np.array_equal(short, whole[known], equal_nan=True)


def test_the_future_is_known_as_far_as_dates_go():
    panel = random_panel(4, symbols=3, sessions=30)
    labels = labels_of(panel)
    newest = labels[labels["date"] == labels["date"].max()]
    assert (newest["label_end"] > newest["date"]).all()
    assert newest["y_raw"].isna().all()


def test_sessions_that_end_too_early_or_miss_a_date_are_refused():
    panel = random_panel(5, symbols=2, sessions=30)
    with pytest.raises(ValueError, match="sessions end"):
        build_labels(panel, sessions_of(panel, future=2), LabelOptions())
    with pytest.raises(ValueError, match="no session"):
        build_labels(panel, sessions_of(panel).drop(index=7), LabelOptions())
