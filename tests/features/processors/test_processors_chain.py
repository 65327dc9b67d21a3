"""Chains: configuration, fit on training rows only, two views, state."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vn30_training.features.processors import PROCESSORS, ProcessorChain, build

FITTED = ("MinMaxNorm", "ZScoreNorm", "RobustZScoreNorm")


def make_frame(seed=0, dates=30, symbols=6, dtype=np.float32):
    rng = np.random.default_rng(seed)
    n = dates * symbols
    values = rng.standard_normal((n, 4)).astype(dtype)
    values[rng.random((n, 4)) < 0.05] = np.nan
    values[:, 3] = 2.5
    frame = pd.DataFrame(values, columns=["F0", "F1", "F2", "F3"])
    days = pd.bdate_range("2024-01-01", periods=dates).astype("datetime64[us]")
    frame.insert(0, "symbol", np.repeat([f"S{i}" for i in range(symbols)], dates))
    frame.insert(1, "date", np.tile(days, symbols))
    frame["LABEL0"] = np.where(rng.random(n) < 0.1, np.nan, rng.standard_normal(n)).astype(dtype)
    return frame


def first_days(frame, days=20):
    return (frame["date"] < np.sort(frame["date"].unique())[days]).to_numpy()


@pytest.mark.parametrize("name", FITTED)
def test_fit_reads_training_rows_only(name):
    frame = make_frame()
    train = first_days(frame)
    config = [{"class": name, "kwargs": {"fields_group": "feature"}}]
    state = ProcessorChain.from_config(config).fit(frame, train).to_state()
    for change in (np.nan, 1e6, np.inf):
        other = frame.copy()
        other.loc[~train, ["F0", "F1", "F2", "F3"]] = change
        assert ProcessorChain.from_config(config).fit(other, train).to_state() == state


@pytest.mark.parametrize("name", sorted(set(PROCESSORS) - {"DropnaLabel"}))
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_state_survives_json_and_the_input_is_untouched(name, dtype):
    frame = make_frame(dtype=dtype)
    before = frame.copy(deep=True)
    kwargs = {"col_list": ["F1"]} if "Col" in name else {}
    chain = ProcessorChain.from_config(
        [{"class": name, "kwargs": kwargs}], [{"class": "DropnaLabel"}]
    )
    chain.fit(frame, first_days(frame))
    again = ProcessorChain.from_state(json.loads(json.dumps(chain.to_state(), allow_nan=False)))
    for view in ("transform", "transform_learn"):
        got, want = getattr(again, view)(frame), getattr(chain, view)(frame)
        pd.testing.assert_frame_equal(got, want, check_exact=True)
        assert set(got.dtypes[2:]) == {np.dtype(dtype)}
    pd.testing.assert_frame_equal(frame, before, check_exact=True)


def test_processors_learn_from_what_the_ones_before_leave():
    frame = make_frame()
    train = np.ones(len(frame), dtype=bool)
    chain = ProcessorChain.from_config(
        [{"class": "Fillna", "kwargs": {"fill_value": 9}}, {"class": "MinMaxNorm"}]
    )
    assert chain.fit(frame, train).transform(frame)["F0"].max() == 1.0
    assert chain.to_state()["infer"][1]["state"]["scale"][0] > 9


def test_only_the_learning_view_passes_learn_processors():
    frame = make_frame()
    chain = ProcessorChain.from_config(
        [{"class": "Fillna", "kwargs": {"fields_group": "feature"}}],
        [{"class": "DropnaLabel"}, {"class": "CSRankNorm", "kwargs": {"fields_group": "label"}}],
    ).fit(frame, first_days(frame))
    infer, learn = chain.transform(frame), chain.transform_learn(frame)
    assert len(infer) == len(frame)
    pd.testing.assert_series_equal(infer["LABEL0"], frame["LABEL0"])
    assert learn.index.equals(frame.index[frame["LABEL0"].notna()])
    assert np.abs(learn.groupby("date")["LABEL0"].mean()).max() < 1.0


def test_cross_sections_do_not_mix_dates():
    frame = make_frame()
    cut = frame["date"].iloc[15]
    early = (frame["date"] <= cut).to_numpy()
    for name in ("CSZScoreNorm", "CSRankNorm", "CSZFillna", "ProcessInf"):
        chain = ProcessorChain.from_config([{"class": name}]).fit(frame, early)
        whole = chain.transform(frame)[early]
        pd.testing.assert_frame_equal(chain.transform(frame[early]), whole, check_exact=True)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.one_of(st.just(np.nan), st.integers(-3, 3).map(float)), min_size=1, max_size=12))
def test_ranks_equal_those_of_pandas(values):
    frame = pd.DataFrame({"symbol": [f"S{i}" for i in range(len(values))], "F": values})
    frame.insert(1, "date", pd.Timestamp("2024-01-02"))
    chain = ProcessorChain.from_config([{"class": "CSRankNorm"}])
    got = chain.fit(frame, np.ones(len(frame), bool)).transform(frame)["F"]
    want = (frame["F"].rank(pct=True) - 0.5) * 3.46
    np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-12)


def test_columns_without_numbers_or_spread_stay_harmless():
    frame = make_frame()
    frame["F1"] = np.float32(np.nan)
    for name in FITTED:
        chain = ProcessorChain.from_config([{"class": name}]).fit(frame, first_days(frame))
        got = chain.transform(frame)
        assert got["F1"].isna().all()
        assert np.isfinite(got["F3"]).all()
        json.dumps(chain.to_state(), allow_nan=False)


def test_filters_keep_the_frames_order_and_other_groups():
    frame = make_frame()
    keep = build({"class": "FilterCol", "kwargs": {"col_list": ["F2", "F0"]}}).transform(frame)
    drop = build({"class": "DropCol", "kwargs": {"col_list": ["F1"]}}).transform(frame)
    assert list(keep.columns) == ["symbol", "date", "F0", "F2", "LABEL0"]
    assert list(drop.columns) == ["symbol", "date", "F0", "F2", "F3", "LABEL0"]
    rows = build({"class": "DropnaProcessor", "kwargs": {"fields_group": "feature"}}).transform(
        frame
    )
    assert rows.index.equals(frame.index[frame[["F0", "F1", "F2", "F3"]].notna().all(axis=1)])


def test_mistakes_are_named():
    frame = make_frame()
    with pytest.raises(ValueError, match="did you mean 'RobustZScoreNorm'"):
        build({"class": "RobustZscoreNorm"})
    with pytest.raises(ValueError, match="did you mean 'clip_outlier'"):
        build({"class": "RobustZScoreNorm", "kwargs": {"clip_outliers": True}})
    with pytest.raises(ValueError, match="kwargs"):
        build({"class": "Fillna", "kwarg": {}})
    with pytest.raises(ValueError, match="learn processors"):
        ProcessorChain.from_config([{"class": "DropnaLabel"}])
    with pytest.raises(ValueError, match="method"):
        build({"class": "CSZScoreNorm", "kwargs": {"method": "best"}})
    with pytest.raises(ValueError, match="fitted before"):
        build({"class": "ZScoreNorm"}).transform(frame)
    chain = ProcessorChain.from_config([{"class": "ZScoreNorm"}]).fit(frame, first_days(frame))
    with pytest.raises(ValueError, match="other columns"):
        chain.transform(frame.drop(columns="F0"))
    with pytest.raises(ValueError, match="no training rows"):
        chain.fit(frame, np.zeros(len(frame), bool))
    with pytest.raises(ValueError, match="no state"):
        build({"class": "Fillna"}).restore({"centre": [0.0]})
