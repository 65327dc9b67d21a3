import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vn30_training.evaluation.signal_groups import GROUP_COLUMNS, cross_sections, group_returns
from vn30_training.evaluation.statistics import estimate_mean


def day_of(scores: list[float], returns: list[float] | None = None) -> pd.DataFrame:
    """One cross-section of one family."""
    y_true = np.zeros(len(scores)) if returns is None else returns
    names = [f"S{number:02d}" for number in range(len(scores))]
    table = pd.DataFrame({"symbol": names, "score": scores, "y_true": y_true})
    return table.assign(family="a", scope="pooled", date=pd.Timestamp("2024-01-02"))


def groups_of(scores: list[float], group_count: int = 5) -> list[int]:
    used, _ = cross_sections(day_of(scores), group_count)
    return used["group"].tolist()


@pytest.mark.parametrize(("names", "group_count"), [(30, 5), (10, 5), (12, 4), (500, 10)])
def test_groups_are_those_of_qcut_where_sizes_are_equal(names, group_count):
    scores = np.random.default_rng(names).normal(size=names)
    expected = pd.qcut(scores, group_count, labels=False) + 1
    assert groups_of(scores.tolist(), group_count) == expected.tolist()


@settings(max_examples=100, deadline=None)
@given(st.integers(3, 60), st.integers(2, 10), st.integers(0, 2**32 - 1))
def test_groups_without_ties_differ_by_one_at_most_and_rise_with_the_score(names, count, seed):
    scores = np.random.default_rng(seed).permutation(names)
    groups = np.array(groups_of(scores.astype(float).tolist(), count))
    sizes = np.bincount(groups - 1, minlength=count)
    assert len(sizes) == count
    assert np.ptp(sizes) <= 1
    assert (np.diff(groups[np.argsort(scores)]) >= 0).all()


@settings(max_examples=50, deadline=None)
@given(st.permutations(range(17)) | st.permutations(range(24)), st.sampled_from([3, 5, 7]))
def test_reversed_scores_without_ties_reverse_the_groups(scores, count):
    groups = np.array(groups_of([float(score) for score in scores], count))
    turned = groups_of([-float(score) for score in scores], count)
    np.testing.assert_array_equal(turned, count + 1 - groups)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(-4, 4), min_size=3, max_size=40), st.integers(0, 2**32 - 1))
def test_ties_share_a_group_and_the_order_of_rows_does_not_matter(scores, seed):
    table = day_of([float(score) for score in scores])
    used, _ = cross_sections(table)
    assert used["group"].eq(used.groupby("score")["group"].transform("first")).all()
    shuffled, _ = cross_sections(table.sample(frac=1, random_state=seed))
    pd.testing.assert_frame_equal(
        shuffled.sort_values("symbol", ignore_index=True), used, check_like=True
    )


def test_ties_known_answer():
    assert groups_of([1, 1, 1, 2, 3, 4, 5, 6, 7, 8]) == [1, 1, 1, 2, 3, 3, 4, 4, 5, 5]
    assert groups_of([7] * 10) == [3] * 10


def test_rows_without_score_or_return_and_days_too_small_are_left_out():
    kept = day_of([1, 2, np.nan, 3], [0.1, 0.2, 0.3, 0.4])
    small = day_of([1, 2, 3], [0.1, np.nan, 0.3]).assign(date=pd.Timestamp("2024-01-03"))
    used, days = cross_sections(pd.concat([kept, small]))
    assert used["symbol"].tolist() == ["S00", "S01", "S03"]
    assert days["n_names"].tolist() == [3]


def slow_group_returns(rows: pd.DataFrame, holding: int) -> dict[tuple, tuple]:
    """The same, a day and a group at a time, for scores without ties."""
    daily: dict[tuple, list[float]] = {}
    for (family, scope, _), day in rows.groupby(["family", "scope", "date"], observed=True):
        ordered = day.sort_values("score")["y_true"].to_numpy()
        for group, returns in enumerate(np.split(ordered, 5), start=1):
            daily.setdefault((family, scope, group), []).append(returns.mean() - ordered.mean())
    found = {key: estimate_mean(values, holding) for key, values in daily.items()}
    return {key: (one.mean, one.low, one.high, one.n) for key, one in found.items()}


def test_group_returns_agree_with_the_slow_way(returns, tidy, noise):
    rows = pd.concat([tidy(returns, "a", noise(1)), tidy(returns, "b", noise(2), scope="symbol")])
    found = group_returns(rows.astype({"family": "category"}), holding=2)
    expected = slow_group_returns(rows, holding=2)
    assert list(map(tuple, found[["family", "scope", "group"]].to_numpy())) == sorted(expected)
    np.testing.assert_allclose(
        found[["mean_return", "low", "high", "n_days"]].to_numpy(dtype=float),
        [expected[key] for key in sorted(expected)],
        atol=1e-15,
    )


def test_own_return_as_score_puts_the_groups_in_order(returns, tidy):
    answer = returns["y_true"].to_numpy()
    found = group_returns(tidy(returns, "answer", answer), holding=2)
    assert found["group"].tolist() == [1, 2, 3, 4, 5]
    assert (found["mean_return"].diff().dropna() > 0.005).all()
    assert (found["low"] < found["mean_return"]).all()


def test_days_without_opinion_are_left_out(returns, tidy, noise):
    silent = returns["date"].isin(returns["date"].unique()[:100])
    some = tidy(returns, "some", np.where(silent, 0.0, noise(1)))
    found = group_returns(pd.concat([some, tidy(returns, "zero", 0 * noise(1))]), holding=2)
    assert found["family"].unique().tolist() == ["some"]
    assert found["n_days"].tolist() == [150] * 5
    expected = group_returns(some[~silent.to_numpy()], holding=2)
    pd.testing.assert_frame_equal(found, expected)


def test_single_symbol_gives_an_empty_table_with_columns_in_place(returns, tidy, noise):
    rows = tidy(returns, "a", noise(1))
    found = group_returns(rows[rows["symbol"] == "S00"], holding=2)
    assert found.empty
    assert list(found.columns) == GROUP_COLUMNS
