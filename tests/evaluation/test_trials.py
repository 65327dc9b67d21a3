import hashlib
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vn30_training.evaluation.ic import daily_ic
from vn30_training.evaluation.rows import known_rows, seed_mean, with_references
from vn30_training.evaluation.sharpe import sharpe_ratio
from vn30_training.evaluation.signal import long_short_returns
from vn30_training.evaluation.trials import (
    Trial,
    added,
    logged,
    look,
    merge,
    of_data,
    read,
    summary,
    trials,
)
from vn30_training.market.vintage import fingerprint

SCHEME = {"window": "expanding", "folds": 7}


def trial(number: int, sharpe: float | None = 0.1) -> dict:
    return {
        **{"id": f"{number:02d}", "family": "ridge", "scope": "pooled"},
        **{"sharpe": sharpe, "rank_ic": 0.02, "n_days": 250},
    }


logs = st.lists(st.integers(0, 9).map(trial), max_size=8)


@given(logs, logs)
def test_merging_again_changes_nothing(log, new):
    merged = merge(log, new)
    ids = [one["id"] for one in merged]
    assert ids == sorted({one["id"] for one in [*log, *new]})
    assert merge(merged, new) == merge(merged, []) == merged
    assert merge(new, log) == merged


def test_a_rerun_is_the_same_trial_with_its_new_figures():
    assert merge([trial(1), trial(2)], [trial(1, 0.3)]) == [trial(1, 0.3), trial(2)]


def test_a_look_at_a_part_counts_once_and_changes_no_figures():
    part = {**trial(1, None), "rank_ic": None, "n_days": 0}
    assert merge([trial(1)], [part]) == [trial(1)]
    assert merge([part], [trial(1)]) == [trial(1)]
    assert merge([trial(1)], [{**part, "id": "02"}]) == [trial(1), {**part, "id": "02"}]


def test_sharpe_ratios_of_other_holdings_are_brought_to_one():
    short = [{**trial(number), "sharpe": 0.1 * number, "holding": 2} for number in range(4)]
    long = [
        {**one, "id": f"{one['id']}x", "sharpe": one["sharpe"] * 5**0.5, "holding": 10}
        for one in short
    ]
    alone = summary(short, "abc", 2)
    both = summary([*short, *long], "abc", 2)
    twice = summary([*short, *[{**one, "id": f"{one['id']}y"} for one in short]], "abc", 2)
    assert both == pytest.approx(twice)
    assert summary(long, "abc", 2) == pytest.approx(alone)
    assert summary(long, "abc", 10)["sharpe_variance"] == pytest.approx(
        5 * alone["sharpe_variance"]
    )
    unknown = [{key: one[key] for key in one if key != "holding"} for one in short]
    assert summary(unknown, "abc", 2) == alone


def prices(*symbols: str, rows: int = 400, factor: float = 1.0) -> dict:
    """The fingerprint of prices that are the symbol's own, in dong, rounded to ten."""
    days = pd.bdate_range("2022-01-03", periods=400)[:rows].astype("datetime64[us]")
    tables = []
    for symbol in symbols:
        seed = int.from_bytes(symbol.encode())
        close = 60_000 * np.exp(np.random.default_rng(seed).normal(0, 0.02, 400).cumsum())[:rows]
        bars = {"symbol": symbol, "date": days, "close": (close * factor).round(-1)}
        tables.append(pd.DataFrame(bars))
    return fingerprint(pd.concat(tables, ignore_index=True))


@pytest.mark.parametrize(
    "later",
    [
        prices("FPT", "HPG", "VCB", rows=399),
        prices("FPT", "HPG", "VCB", factor=0.97),
        prices("FPT", "HPG"),
        prices("FPT", "HPG", "SSB", "VCB"),
    ],
    ids=["a session less", "adjusted anew", "a symbol less", "a symbol more"],
)
def test_the_count_goes_on_when_the_data_do(later):
    log = added({}, logged(prices("FPT", "HPG", "VCB"), [trial(1)]))
    assert of_data(log, later) == [trial(1)]
    log = added(log, logged(later, [trial(2)]))
    assert len(log) == 1
    assert of_data(log, prices("FPT", "HPG", "VCB")) == [trial(1), trial(2)]


def test_other_data_and_other_kinds_are_counted_apart():
    told, other = prices("FPT", "HPG"), prices("ACB", "SSI")
    log = added({}, logged(told, [trial(1)]))
    log = added(log, logged(other, [trial(2)]))
    log = added(log, logged(told, [trial(3)], "backtests"))
    assert len(log) == 3
    assert of_data(log, told) == [trial(1)]
    assert of_data(log, other) == [trial(2)]
    assert of_data(log, told, "backtests") == [trial(3)]
    assert of_data(log, other, "backtests") == []


def test_all_entries_that_might_be_of_the_data_count():
    told = prices("FPT", "HPG", "VCB", "SSB")
    log = added({}, logged(prices("FPT", "HPG"), [trial(1)]))
    log = added(log, logged(prices("VCB", "SSB"), [trial(2)]))
    log |= read({"9f2c": [trial(3)], "9f2c.backtests": [trial(4)]})
    assert len(log) == 4
    assert of_data(log, told) == [trial(1), trial(2), trial(3)]
    assert of_data(log, told, "backtests") == [trial(4)]
    assert len(added(log, logged(told, [trial(5)]))) == 4


def test_a_few_bars_are_known_by_their_bytes():
    few = prices("FPT", "HPG", rows=5)
    log = added({}, logged(few, [trial(1)]))
    assert of_data(log, few) == [trial(1)]
    assert of_data(log, prices("FPT", "HPG", rows=6)) == []


def test_the_count_is_of_all_and_the_variance_of_those_with_a_sharpe_ratio():
    log = [trial(1, 0.1), trial(2, 0.3), trial(3, None), trial(4, 0.2)]
    found = summary(log, "abc")
    assert (found["count"], found["data"]) == (4, "abc")
    assert found["sharpe_variance"] == pytest.approx(0.01)


@pytest.mark.parametrize("log", [[], [trial(1)], [trial(1), trial(2, None)]])
def test_fewer_than_two_known_have_no_variance(log):
    assert summary(log, "abc") == {"count": len(log), "sharpe_variance": 0.0, "data": "abc"}


def test_trials_of_before_a_ratio_was_logged_count_and_spread_nothing():
    log = [trial(1), {**trial(2), "excess_sharpe": 0.1}, {**trial(3), "excess_sharpe": 0.3}]
    found = summary(log, "abc", ratio="excess_sharpe")
    assert found["count"] == 3
    assert found["excess_sharpe_variance"] == pytest.approx(0.02)


def test_the_id_is_the_hash_of_what_tells_configurations_apart():
    figures = {"sharpe": 0.1, "rank_ic": float("nan"), "n_days": 9}
    found = Trial.of("ridge", "pooled", {"b": 1, "a": 2}, SCHEME, **figures)
    told = (
        '{"family":"ridge","options":{"a":2,"b":1},"scheme":{"folds":7,"window":"expanding"},'
        '"scope":"pooled"}'
    )
    assert found.id == hashlib.sha256(told.encode()).hexdigest()
    assert found.rank_ic is None
    assert found.holding is None
    again = Trial.of("ridge", "pooled", {"a": 2, "b": 1}, SCHEME, **figures | {"sharpe": 0.2})
    other = Trial.of("ridge", "pooled", {"a": 2, "b": 3}, SCHEME, **figures)
    assert again.id == found.id
    assert other.id != found.id


def records(**options: object) -> list[dict]:
    return [
        {
            "family": "clever",
            "scope": "pooled",
            "options": {"scope": "VN30", "alpha": 1, **options},
        },
        {"family": "lost", "scope": "pooled", "options": {"scope": "VN30"}},
        {"family": "lost", "scope": "pooled", "options": None},
    ]


@pytest.fixture(scope="module")
def rows(board_inputs) -> pd.DataFrame:
    return with_references(seed_mean(known_rows(board_inputs[0])))


def test_every_family_and_scope_judged_is_a_trial_with_its_figures(rows):
    found = {one["family"]: one for one in trials(rows, [records()], SCHEME)}
    assert set(found) == {"clever", "ewma", "lost", "reversal_1", "zero"}
    spread = long_short_returns(rows)
    clever = spread.loc[spread["family"] == "clever", "long_short"]
    assert found["clever"]["sharpe"] == pytest.approx(sharpe_ratio(clever))
    daily = daily_ic(rows[rows["family"] == "clever"])
    assert found["clever"]["rank_ic"] == pytest.approx(daily["rank_ic"].mean())
    assert found["clever"]["n_days"] == 250
    assert found["clever"]["holding"] == 2
    assert found["zero"]["sharpe"] is None
    assert found["zero"]["rank_ic"] is None


def test_trials_are_the_same_bytes_in_any_order_of_the_records(rows):
    first = trials(rows, [records()], SCHEME)
    again = trials(rows, [records()[1:], records()[:1]], SCHEME)
    assert json.dumps(first, allow_nan=False) == json.dumps(again, allow_nan=False)


def test_other_options_or_another_scheme_are_another_trial(rows):
    ids = [
        [one["id"] for one in trials(rows, [board], scheme)]
        for board, scheme in [
            (records(), SCHEME),
            (records(alpha=2), SCHEME),
            (records(), {**SCHEME, "folds": 5}),
        ]
    ]
    assert sum(a != b for a, b in zip(ids[0], ids[1], strict=True)) == 1
    assert all(a != b for a, b in zip(ids[0], ids[2], strict=True))


def test_a_part_of_what_is_judged_is_the_same_trial(rows):
    (record, *_) = records()
    whole = {one["family"]: one for one in trials(rows, [records()], SCHEME)}
    part = look(record, SCHEME)
    assert part["id"] == whole["clever"]["id"]
    assert (part["sharpe"], part["rank_ic"], part["n_days"]) == (None, None, 0)


def test_an_instance_that_failed_makes_no_other_trial(rows):
    failed = {"family": "clever", "scope": "pooled", "status": "failed"}
    assert trials(rows, [records()], SCHEME) == trials(rows, [[failed], records()], SCHEME)
