"""Folds move forward, leak nothing, and add up to one series that holds each date once."""

import json
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from tests.configuration import load

from vn30_training.evaluation.folds import (
    NoFoldError,
    WalkForwardOptions,
    choose_preset,
    plan_folds,
    read_split,
    scheme,
    stitch,
)


def make_labels(sessions: int, end: int = 3, first: str = "2018-01-01") -> pd.DataFrame:
    """Labels of two symbols over the same sessions, each ending ``end`` sessions later."""
    days = pd.bdate_range(first, periods=sessions + end).astype("datetime64[us]")
    one = {"date": days[:sessions], "trade_date": days[1 : sessions + 1], "label_end": days[end:]}
    return pd.concat([pd.DataFrame({"symbol": name, **one}) for name in ("AAA", "BBB")])


def splits(labels: pd.DataFrame, options: WalkForwardOptions):
    return [read_split(plan) for plan in plan_folds(labels, options)]


def test_yearly_folds_test_calendar_years_the_last_one_unfinished():
    labels = make_labels(5 * 261 + 100)
    planned = splits(labels, WalkForwardOptions(every="year", folds=3, valid=50))
    assert [(one.test.first, one.test.last) for one in planned] == [
        ("2021-01-01", "2021-12-31"),
        ("2022-01-03", "2022-12-30"),
        ("2023-01-02", str(labels["date"].max().date())),
    ]
    assert [one.fold for one in planned] == [1, 2, 3]
    assert {one.train.first for one in planned} == {"2018-01-01"}
    days = np.unique(labels["date"].to_numpy())
    valid = days[days < np.datetime64("2021-01-01")][-53:-3]
    assert (planned[0].valid.first, planned[0].valid.last) == tuple(
        map(str, valid[[0, -1]].astype("M8[D]"))
    )
    assert planned[0].train.last == str(days[days < valid[0]][-4].astype("M8[D]"))


def test_rolling_windows_by_sessions_end_with_the_data():
    labels = make_labels(1000)
    options = WalkForwardOptions(window="rolling", train=252, valid=63, test=63, step=21, folds=12)
    days = np.unique(labels["date"].to_numpy()).astype("M8[D]")
    planned = splits(labels, options)
    places = [
        [int(np.searchsorted(days, np.datetime64(d))) for d in (s.first, s.last)]
        for one in planned
        for s in (one.train, one.valid, one.test)
    ]
    lengths = [end - start + 1 for start, end in places]
    assert lengths == [252, 63, 63] * 12
    assert [end for _, end in places[2::3]] == [999 - 21 * back for back in range(11, -1, -1)]


def test_without_lengths_the_history_is_cut_as_scikit_learn_cuts_it():
    from sklearn.model_selection import TimeSeriesSplit

    labels = make_labels(607)
    days = np.unique(labels["date"].to_numpy()).astype("M8[D]")
    ours = splits(labels, WalkForwardOptions(folds=5, valid=40))
    theirs = [test for _, test in TimeSeriesSplit(5).split(days)]
    assert [one.test.first for one in ours] == [str(days[test[0]]) for test in theirs]
    assert [one.test.last for one in ours] == [str(days[test[-1]]) for test in theirs]


def test_folds_without_history_say_so_and_keep_their_numbers():
    plans = plan_folds(make_labels(400), WalkForwardOptions(test=63, valid=63, folds=7))
    assert ["reason" in plan for plan in plans] == [True] * 2 + [False] * 5
    with pytest.raises(NoFoldError, match=r"fold 1: .* 400 sessions") as caught:
        read_split(plans[0])
    assert caught.value.skips
    with pytest.raises(NoFoldError, match="fold 2: its test span begins with session 23"):
        read_split(plans[1])
    assert json.loads(json.dumps(plans)) == plans


def test_no_fold_at_all_is_an_error():
    with pytest.raises(ValueError, match="60 sessions are too few for any fold"):
        plan_folds(make_labels(60), WalkForwardOptions(every="year"))


def test_the_embargo_cannot_be_shorter_than_the_label():
    with pytest.raises(ValueError, match="at least 5"):
        plan_folds(make_labels(500, end=5), WalkForwardOptions(folds=2, gap_days=4))


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"window": "rolling"}, "give both or neither"),
        ({"train": 100}, "give both or neither"),
        ({"every": "year", "test": 20}, "not both"),
        ({"step": 20}, "it needs test"),
        ({"test": 20, "step": 21}, "leaves sessions between"),
        ({"fold": 3}, "Extra inputs"),
    ],
)
def test_impossible_schemes_are_refused(wrong, why):
    with pytest.raises(ValidationError, match=why):
        WalkForwardOptions(**wrong)


def test_presets_are_sound_and_single_options_replace_theirs():
    parameters = load("local")["parameters"]["walk_forward"]
    for name in parameters["presets"]:
        choose_preset({**parameters, "preset": name})
    chosen = choose_preset(
        {**parameters, "preset": "rolling", "folds": 3, "test_end": "2024-06-28"}
    )
    assert (chosen.folds, chosen.minimum_train_rows, chosen.test_end) == (
        3,
        1000,
        date(2024, 6, 28),
    )
    with pytest.raises(ValueError, match="no preset 'weekly'; there are yearly"):
        choose_preset({**parameters, "preset": "weekly"})


def test_models_are_used_until_the_next_training():
    options = WalkForwardOptions(retrain=3, folds=7)
    assert [options.trained_at(fold) for fold in range(1, 8)] == [1, 1, 1, 4, 4, 4, 7]


def test_a_fold_is_told_with_the_spans_of_the_model_that_forecasts_it():
    options = WalkForwardOptions(valid=20, test=30, folds=5, retrain=3)
    plans = plan_folds(make_labels(300), options)
    told = {fold["number"]: fold for fold in scheme("own", options, plans)["folds"]}
    for number, trained in {1: 1, 2: 1, 3: 1, 4: 4, 5: 4}.items():
        for part in ("train", "valid"):
            assert told[number][part] == plans[trained - 1][part]
        assert told[number]["test"] == plans[number - 1]["test"]
    assert plans[1]["train"] != plans[0]["train"]
    without = [{"fold": 1, "reason": "too few sessions"}, *plans[1:]]
    assert set(scheme("own", options, without)["folds"][1]) == {"number", "test", "gap_days"}


@settings(max_examples=60, deadline=None)
@given(
    sessions=st.integers(60, 700),
    end=st.integers(1, 20),
    valid=st.integers(1, 60),
    train=st.none() | st.integers(1, 200),
    test=st.none() | st.integers(1, 80),
    overlap=st.integers(1, 4),
    folds=st.integers(1, 8),
)
def test_no_label_window_meets_a_later_span(sessions, end, valid, train, test, overlap, folds):
    labels = make_labels(sessions, end)
    options = WalkForwardOptions(
        window="rolling" if train else "expanding",
        train=train,
        valid=valid,
        test=test,
        folds=folds,
        step=max(test // overlap, 1) if test else None,
    )
    try:
        plans = plan_folds(labels, options)
    except ValueError:
        assume(False)
    tested = []
    for split in (read_split(plan) for plan in plans if "reason" not in plan):
        spans = [labels[split.mask(labels, part)] for part in ("train", "valid", "test")]
        assert all(len(span) for span in spans)
        for earlier, later in ((0, 1), (0, 2), (1, 2)):
            assert spans[earlier]["label_end"].max() < spans[later]["date"].min()
        tested.append(set(spans[2]["date"]))
    assert max(tested[-1]) == labels["date"].max()
    together = set().union(*tested)
    assert together == {day for day in labels["date"] if day >= min(together)}


def forecasts_of(fold: int, days: pd.DatetimeIndex, seed: int = 0) -> pd.DataFrame:
    cells = [(day, symbol) for day in days for symbol in ("AAA", "BBB")]
    table = pd.DataFrame(cells, columns=["date", "symbol"])
    return table.assign(family="ridge", scope="pooled", seed=seed, fold=fold, score=float(fold))


def test_of_overlapping_folds_the_newest_counts_on_each_date():
    days = pd.bdate_range("2024-01-01", periods=10)
    old, new = forecasts_of(1, days[:7]), forecasts_of(2, days[4:])
    for order in ([old, new], [new, old]):
        series = stitch(pd.concat(order))
        assert not series.duplicated(["date", "symbol"]).any()
        assert series["fold"].tolist() == [1] * 8 + [2] * 12
        assert series["date"].is_monotonic_increasing
    # A stock that the newest fold could not forecast keeps its older forecast.
    partly = stitch(pd.concat([old, new[new["symbol"] == "AAA"]]))
    assert partly.groupby("symbol")["fold"].apply(list).to_dict() == {
        "AAA": [1] * 4 + [2] * 6,
        "BBB": [1] * 7,
    }


def test_stitching_keeps_seeds_apart():
    days = pd.bdate_range("2024-01-01", periods=4)
    tables = [forecasts_of(fold, days, seed) for fold in (1, 2) for seed in (0, 1)]
    series = stitch(pd.concat(tables))
    assert series.groupby("seed")["fold"].unique().map(list).to_dict() == {0: [2], 1: [2]}
