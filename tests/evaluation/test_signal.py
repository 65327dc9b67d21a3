import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from vn30_training.evaluation.rows import known_rows, seed_mean, with_references
from vn30_training.evaluation.sharpe import deflated_sharpe, probabilistic_sharpe
from vn30_training.evaluation.signal import (
    SESSIONS_A_YEAR,
    SIGNAL_COLUMNS,
    daily_signal,
    long_short_returns,
    signal_table,
)

BOARD = ["family", "scope"]
TRIALS = {"count": 40, "sharpe_variance": 0.01}


@pytest.fixture(scope="module")
def rows(board_inputs) -> pd.DataFrame:
    return with_references(seed_mean(known_rows(board_inputs[0])))


def ragged(seed: int, days: int = 12, names: int = 11) -> pd.DataFrame:
    """Two families with ties, gaps in the names, and returns that are not known."""
    rng = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product(
        [["a", "b"], ["pooled"], pd.bdate_range("2024-01-01", periods=days), range(names)],
        names=[*BOARD, "date", "symbol"],
    )
    values = {"score": rng.normal(size=len(index)).round(1), "y_true": rng.normal(size=len(index))}
    table = pd.DataFrame(values, index=index).reset_index().astype({"symbol": "str"})
    table.loc[rng.random(len(table)) < 0.1, "y_true"] = np.nan
    return table[rng.random(len(table)) < 0.9].sample(frac=1, random_state=seed)


def slow_groups(day: pd.DataFrame, group_count: int) -> pd.Series:
    twice = (2 * day["score"].rank()).astype(int)
    return (twice - 1) * group_count // (2 * len(day)) + 1


def slow_daily_signal(table: pd.DataFrame, group_count: int) -> pd.DataFrame:
    """The same, one day at a time, with sets of names."""
    records = []
    for key, family in table.dropna().groupby(BOARD):
        before, top_before = pd.Series(dtype=float), set()
        for date, day in family.groupby("date"):
            if len(day) < 3:
                continue
            day = day.set_index("symbol").sort_index()
            group = slow_groups(day, group_count)
            top = set(day.index[group == group_count])
            long = day.loc[group == group_count, "y_true"].mean()
            short = day.loc[group == 1, "y_true"].mean()
            turnover = len(top - top_before) / len(top) if top and top_before else np.nan
            common = day.index.intersection(before.index)
            correlated = len(common) > 2 and np.ptp(day.loc[common, "score"]) > 0
            autocorrelation = (
                spearmanr(day.loc[common, "score"], before[common]).statistic
                if correlated
                else np.nan
            )
            figures = (long - short, long, short, turnover, autocorrelation, len(day))
            records.append((*key, date, *figures))
            before, top_before = day["score"], top
    names = ["long_short", "long", "short", "turnover", "rank_autocorrelation", "n_names"]
    return pd.DataFrame(records, columns=[*BOARD, "date", *names])


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 5))
def test_agrees_with_the_slow_way(seed, group_count):
    table = ragged(seed)
    expected = slow_daily_signal(table, group_count)
    got = daily_signal(table, group_count)
    pd.testing.assert_frame_equal(got, expected, check_dtype=False, atol=1e-12)


def test_two_days_known_answer():
    names = list("ABCDEFGHIJ")
    first = pd.DataFrame({"symbol": names, "score": np.arange(10.0), "y_true": 0.0})
    second = first.assign(score=[9, 1, 2, 3, 4, 5, 6, 7, 8, 0], y_true=np.arange(10) / 100)
    days = pd.to_datetime(["2024-01-02", "2024-01-03"])
    table = pd.concat([first.assign(date=days[0]), second.assign(date=days[1])])
    found = daily_signal(table.assign(family="a", scope="pooled")).set_index("date").loc[days[1]]
    # The top is I and A, where it was I and J; the bottom is J and B.
    assert found["long"] == pytest.approx((0.08 + 0.00) / 2)
    assert found["short"] == pytest.approx((0.09 + 0.01) / 2)
    assert found["long_short"] == pytest.approx(-0.01)
    assert found["turnover"] == 0.5
    assert found["rank_autocorrelation"] == pytest.approx(1 - 6 * 2 * 81 / (10 * 99))


def test_score_that_stays_never_turns_over_and_one_that_flips_always_does(returns, tidy):
    number = returns["symbol"].str[1:].astype(float).to_numpy()
    sign = np.where(returns["date"].rank(method="dense") % 2, 1, -1)
    stays, flips = tidy(returns, "stays", number), tidy(returns, "flips", number * sign)
    found = daily_signal(pd.concat([stays, flips])).set_index("family")
    assert found.loc["stays", "turnover"].iloc[1:].eq(0).all()
    assert found.loc["stays", "rank_autocorrelation"].iloc[1:].eq(1).all()
    assert found.loc["flips", "turnover"].iloc[1:].eq(1).all()
    np.testing.assert_allclose(found.loc["flips", "rank_autocorrelation"].iloc[1:], -1)
    first = found.groupby("family").head(1)
    assert first[["turnover", "rank_autocorrelation"]].isna().all(axis=None)


def test_day_without_opinion_has_no_turnover_nor_has_the_day_after(returns, tidy):
    number = returns["symbol"].str[1:].astype(float).to_numpy()
    silent = returns["date"] == returns["date"].unique()[5]
    found = daily_signal(tidy(returns, "mute", np.where(silent, 1.0, number)))
    unknown = np.flatnonzero(found["turnover"].isna())
    assert unknown.tolist() == [0, 5, 6]
    assert np.flatnonzero(found["rank_autocorrelation"].isna()).tolist() == [0, 5, 6]
    assert np.flatnonzero(found["long_short"].isna()).tolist() == [5]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_reversed_score_swaps_top_and_bottom(seed):
    table = ragged(seed).drop_duplicates([*BOARD, "date", "score"])
    found = daily_signal(table)
    turned = daily_signal(table.assign(score=-table["score"]))
    np.testing.assert_allclose(turned["long_short"], -found["long_short"], atol=1e-12)
    np.testing.assert_allclose(turned["long"], found["short"], atol=1e-12)
    np.testing.assert_allclose(
        turned["rank_autocorrelation"], found["rank_autocorrelation"], atol=1e-12
    )


def test_table_puts_the_figures_of_the_days_together(rows):
    table = signal_table(rows, holding=2, trials=TRIALS).set_index("family")
    assert [*BOARD, *table.columns[1:]] == SIGNAL_COLUMNS
    days = daily_signal(rows).query("family == 'clever'")
    clever = table.loc["clever"]
    for name in ("long_short", "turnover", "rank_autocorrelation"):
        assert clever[name] == pytest.approx(days[name].mean())
    assert clever["long_short_low"] < clever["long_short"] < clever["long_short_high"]
    returns = days["long_short"].to_numpy()
    annual = returns.mean() / returns.std(ddof=1) * np.sqrt(SESSIONS_A_YEAR / 2)
    assert clever["sharpe"] == pytest.approx(annual)
    assert clever["psr"] == probabilistic_sharpe(returns, holding=2)
    assert clever["dsr"] == deflated_sharpe(returns, 40, 0.01, holding=2)
    assert clever["trials"] == 40
    assert clever["n_days"] == 250
    assert table.loc["lost", "dsr"] < table.loc["lost", "psr"]


def test_family_without_opinion_has_no_figures(rows):
    table = signal_table(rows, holding=2, trials=TRIALS).set_index("family")
    assert table.loc["zero", "n_days"] == 0
    figures = ["long_short", "long_short_t", "sharpe", "psr", "dsr", "turnover"]
    assert table.loc["zero", figures].isna().all()


def test_single_symbol_gives_empty_tables_with_columns_in_place(rows):
    alone = rows[rows["symbol"] == "S00"]
    assert list(signal_table(alone, 2, TRIALS).columns) == SIGNAL_COLUMNS
    assert signal_table(alone, 2, TRIALS).empty
    assert long_short_returns(alone).empty


def test_every_day_with_a_top_and_a_bottom_counts(rows):
    late = rows["date"].isin(rows["date"].unique()[:3]) & (rows["family"] == "lost")
    found = long_short_returns(rows[~late])
    assert found.groupby("family").size().to_dict() == {
        "clever": 250,
        "lost": 247,
        "reversal_1": 250,
    }
    full = daily_signal(rows).set_index([*BOARD, "date"])["long_short"]
    kept = found.set_index([*BOARD, "date"])["long_short"]
    np.testing.assert_array_equal(kept, full.loc[kept.index])


def test_the_first_day_decides_nothing(rows):
    later = rows[rows["date"] > rows["date"].min()]
    whole, part = (
        signal_table(one, 2, TRIALS).set_index("family").dropna() for one in (rows, later)
    )
    assert len(whole) == 3
    assert (whole["psr"] - part["psr"]).abs().max() < 0.08
    assert (whole["sharpe"] / part["sharpe"]).to_numpy() == pytest.approx(1, abs=0.2)


@pytest.mark.slow
def test_noise_is_found_significant_one_time_in_twenty():
    """200 worlds of slow scores that know nothing, with labels that overlap."""
    worlds, days, names = 200, 300, 30
    rng = np.random.default_rng(11)
    shocks = rng.normal(0, 0.015, (worlds, days + 1, names))
    score = rng.normal(size=(worlds, days, names))
    for day in range(1, days):
        score[:, day] += 0.9 * score[:, day - 1]
    index = pd.MultiIndex.from_product(
        [range(worlds), ["pooled"], pd.bdate_range("2020-01-01", periods=days), range(names)],
        names=[*BOARD, "date", "symbol"],
    )
    values = {"score": score.ravel(), "y_true": (shocks[:, 1:] + shocks[:, :-1]).ravel()}
    rows = pd.DataFrame(values, index=index).reset_index()
    table = signal_table(rows, 2, {"count": 1, "sharpe_variance": 0.0})
    assert len(table) == worlds
    assert 0.02 < (table["long_short_t"].abs() > 1.96).mean() < 0.09
    outside = (table["long_short_low"] > 0) | (table["long_short_high"] < 0)
    assert 0.02 < outside.mean() < 0.10
    assert 0.02 < (table["psr"] > 0.95).mean() < 0.09
    many = signal_table(rows, 2, {"count": worlds, "sharpe_variance": 1 / (days / 2)})
    assert (many["dsr"] > 0.95).mean() < 0.01
