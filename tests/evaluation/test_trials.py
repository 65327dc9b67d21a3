import hashlib
import json

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vn30_training.evaluation.ic import daily_ic
from vn30_training.evaluation.rows import known_rows, seed_mean, with_references
from vn30_training.evaluation.sharpe import sharpe_ratio
from vn30_training.evaluation.signal import long_short_returns
from vn30_training.evaluation.trials import Trial, merge, summary, trials

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


def test_the_count_is_of_all_and_the_variance_of_those_with_a_sharpe_ratio():
    log = [trial(1, 0.1), trial(2, 0.3), trial(3, None), trial(4, 0.2)]
    found = summary(log, "abc")
    assert (found["count"], found["data"]) == (4, "abc")
    assert found["sharpe_variance"] == pytest.approx(0.01)


@pytest.mark.parametrize("log", [[], [trial(1)], [trial(1), trial(2, None)]])
def test_fewer_than_two_known_have_no_variance(log):
    assert summary(log, "abc") == {"count": len(log), "sharpe_variance": 0.0, "data": "abc"}


def test_the_id_is_the_hash_of_what_tells_configurations_apart():
    figures = {"sharpe": 0.1, "rank_ic": float("nan"), "n_days": 9}
    found = Trial.of("ridge", "pooled", {"b": 1, "a": 2}, SCHEME, **figures)
    told = (
        '{"family":"ridge","options":{"a":2,"b":1},"scheme":{"folds":7,"window":"expanding"},'
        '"scope":"pooled"}'
    )
    assert found.id == hashlib.sha256(told.encode()).hexdigest()
    assert found.rank_ic is None
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


def test_an_instance_that_failed_makes_no_other_trial(rows):
    failed = {"family": "clever", "scope": "pooled", "status": "failed"}
    assert trials(rows, [records()], SCHEME) == trials(rows, [[failed], records()], SCHEME)
