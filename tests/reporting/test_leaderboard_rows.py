import pytest

from vn30_training.reporting.leaderboard import (
    Scale,
    column_scale,
    instance_counts,
    leaderboard_rows,
)


def test_floors_stand_among_the_models_and_take_no_place(run):
    rows = leaderboard_rows(run.leaderboard)
    assert [row.family for row in rows] == run.leaderboard["family"].tolist()
    models = [row for row in rows if row.ranked and not row.floor]
    assert [row.place for row in models] == [str(n + 1) for n in range(len(models))]
    assert {row.place for row in rows if row.floor} == {""}


def test_constant_rows_have_no_whisker(run):
    zero = next(row for row in leaderboard_rows(run.leaderboard) if row.family == "zero")
    assert zero.rank_ic_whisker is None
    assert zero.rank_ic == "–"


def test_whiskers_lie_inside_the_scale_and_keep_order(run):
    for row in leaderboard_rows(run.leaderboard):
        if row.rank_ic_whisker:
            mark = row.rank_ic_whisker
            assert 0 < mark.low <= mark.value <= mark.high < 100


def test_zero_is_on_every_scale(run):
    assert 0 < column_scale(run.leaderboard, "rank_ic").place(0.0) < 100
    unknown = run.leaderboard.assign(rank_ic=float("nan"), rank_ic_low=None, rank_ic_high=None)
    assert column_scale(unknown, "rank_ic").place(0.0) == pytest.approx(50)


def test_scale_places_its_ends():
    scale = Scale(-1.0, 3.0)
    assert (scale.place(-1.0), scale.place(0.0), scale.place(3.0)) == (0.0, 25.0, 100.0)
    assert scale.whisker(float("nan"), 0.0, 1.0) is None


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ((30, 0, 0), "30 ok"),
        ((28, 1, 1), "28 of 30 ok"),
        ((0, 2, 0), "failed"),
        ((0, 1, 29), "degenerate"),
        ((None, float("nan"), 0), "0 ok"),
    ],
)
def test_instance_counts(counts, told):
    names = ("n_ok", "n_failed", "n_degenerate")
    assert instance_counts(dict(zip(names, counts, strict=True))) == told
