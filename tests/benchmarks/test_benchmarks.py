from __future__ import annotations

import pytest
from benchmarks.contest import Claim, Contest, Reading, Settings

from benchmarks import lstm, overhead, samples, table, trees

SECONDS = {"peer": [10.0, 30.0, 20.0], "ours": [2.0, 1.0, 4.0]}


def contest(*claims):
    return Contest("work", "same numbers", {"peer": list, "ours": list}, claims)


def cells(row):
    return dict(zip(table.HEADINGS, row, strict=True))


def test_ratios_are_those_of_medians_and_of_minima():
    claim = Claim("ours", "peer", 10)
    (row,) = table.contest_rows(contest(claim), SECONDS)
    assert cells(row) == {
        "work": "work",
        "ours": "ours",
        "peer or baseline": "peer",
        "ours s": "2",
        "peer s": "20",
        "ratio of medians": "10x",
        "of minima": "10x",
        "target": ">= 10x",
        "met": "yes",
        "checked equal": "same numbers",
    }


@pytest.mark.parametrize(
    ("claim", "target", "met"),
    [
        (Claim("ours", "peer", 10.5), ">= 10.5x", "no"),
        (Claim("ours", "peer", 0.1), "<= 0.1", "yes"),
        (Claim("ours", "peer", 0.09), "<= 0.09", "no"),
        (Claim("ours", "peer", limit=2), "<= 2 s", "yes"),
        (Claim("ours", "peer", limit=1.9), "<= 1.9 s", "no"),
        (Claim("ours", "peer"), "", ""),
    ],
)
def test_a_target_is_a_speed_up_a_share_or_seconds(claim, target, met):
    (row,) = table.contest_rows(contest(claim), SECONDS)
    assert (cells(row)["target"], cells(row)["met"]) == (target, met)


def test_runs_take_turns_after_one_that_does_not_count():
    calls, now = [], iter(range(100))
    runs = {name: lambda name=name: calls.append(name) for name in "ab"}
    seconds = Contest("", "", runs, (), repeats=2, clock=lambda: next(now)).take_turns()
    assert calls == ["a", "b"] * 3
    assert seconds == {"a": [1, 1], "b": [1, 1]}


def test_the_table_is_markdown_with_a_line_per_row():
    rows = [table.reading_row(Reading("run", "report", 3.3, "GB", 4)), table.left_out_row("x", "y")]
    lines = table.render(rows).splitlines()
    assert len(lines) == 4
    assert {line.count("|") for line in lines} == {len(table.HEADINGS) + 1}
    assert {len(line) for line in lines} == {len(lines[0])}


def test_rows_to_train_on_have_a_whole_window_of_their_own_symbol():
    train, valid = samples.split_rows(days=50, window=20, symbols=3)
    assert not set(train) & set(valid)
    assert ((train % 50) >= 19).all()
    assert ((valid % 50) >= 19).all()
    assert len(train) + len(valid) == 3 * 31


@pytest.mark.parametrize("benchmark", [lstm, overhead])
def test_both_sides_of_cheap_benchmarks_do_the_same(benchmark):
    prepared = benchmark.contests(Settings(quick=True, peers=None))
    claims = next(prepared).claims
    prepared.close()
    assert claims


def test_two_workers_train_the_same_trees_as_one_process():
    prepared = trees.contests(Settings(quick=True, peers=None))
    assert set(next(prepared).runs) == {"one after another, 1 thread", "LightGBM, 2 workers"}
    prepared.close()
