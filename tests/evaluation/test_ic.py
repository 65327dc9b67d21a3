import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import pearsonr, spearmanr

from vn30_training.evaluation.ic import daily_ic, grouped_correlation, icir


def frame(seed: int, days: int = 20, names: int = 9) -> pd.DataFrame:
    """Two families with ties and missing values."""
    rng = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product(
        [["a", "b"], pd.bdate_range("2024-01-01", periods=days), range(names)],
        names=["family", "date", "symbol"],
    )
    values = {name: rng.normal(size=len(index)).round(1) for name in ("score", "y_true")}
    table = pd.DataFrame(values, index=index).reset_index()
    table.loc[rng.random(len(table)) < 0.1, "y_true"] = np.nan
    return table.sample(frac=1, random_state=seed)


def slow_daily_ic(table: pd.DataFrame) -> list[tuple]:
    """The same, one day at a time."""
    found = []
    for key, day in table.dropna().groupby(["family", "date"]):
        ic = pearsonr(day["score"], day["y_true"]).statistic
        rank_ic = spearmanr(day["score"], day["y_true"]).statistic
        found.append((*key, ic, rank_ic, len(day)))
    return found


@pytest.mark.parametrize("seed", range(5))
def test_agrees_with_scipy_day_by_day(seed):
    table = frame(seed)
    got = daily_ic(table, by=["family"])
    expected = pd.DataFrame(slow_daily_ic(table), columns=got.columns)
    pd.testing.assert_frame_equal(got, expected, check_dtype=False, rtol=1e-12, atol=1e-12)


def test_agrees_with_the_golden_file(reference):
    folder = reference / "qlib_eval_golden" / "processors_signal"
    pairs = pd.read_parquet(folder / "pred_label.parquet").reset_index()
    golden = pd.read_parquet(folder / "daily_signal_metrics.parquet")
    rows = pairs.rename(columns={"datetime": "date", "pred": "score", "label": "y_true"})
    got = daily_ic(rows, by=[]).set_index("date")
    np.testing.assert_array_equal(got.index, golden.index)
    np.testing.assert_allclose(got["ic"], golden["ic"], atol=1e-12)
    np.testing.assert_allclose(got["rank_ic"], golden["rank_ic"], atol=1e-12)


def test_constant_cross_section_has_no_ic():
    table = frame(0).assign(score=0.1)
    assert daily_ic(table, by=["family"])[["ic", "rank_ic"]].isna().all(axis=None)


def test_too_few_names_have_no_ic():
    table = frame(0, names=2).fillna(0.0)
    assert daily_ic(table, by=["family"])["rank_ic"].isna().all()
    assert daily_ic(table, by=["family"], min_names=2)["rank_ic"].abs().max() == pytest.approx(1)


def test_own_return_as_score_gives_one():
    table = frame(0).assign(score=lambda rows: rows["y_true"])
    np.testing.assert_allclose(daily_ic(table, by=["family"])[["ic", "rank_ic"]], 1.0)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.1, 10), st.floats(-5, 5))
def test_rank_ic_ignores_any_rising_transformation_of_a_day(seed, scale, shift):
    table = frame(seed, days=3)
    moved = table.assign(score=np.exp(scale * table["score"] / 3 + shift))
    expected = daily_ic(table, by=["family"])["rank_ic"]
    np.testing.assert_allclose(daily_ic(moved, by=["family"])["rank_ic"], expected, atol=1e-12)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_correlation_is_symmetric_and_bounded(seed):
    rng = np.random.default_rng(seed)
    group = np.sort(rng.integers(0, 4, 40))
    group[:4] = range(4)
    x, y = rng.normal(size=(2, 40)) * 10.0 ** rng.integers(-8, 8)
    correlation = grouped_correlation(group, x, y)
    np.testing.assert_allclose(correlation, grouped_correlation(group, y, x), equal_nan=True)
    assert np.nanmax(np.abs(correlation)) <= 1


def test_icir_known_answer():
    assert icir(np.array([0.1, 0.3, np.nan])) == pytest.approx(0.2 / np.sqrt(0.02))
    assert np.isnan(icir(np.array([0.1])))
    assert np.isnan(icir(np.array([0.1, 0.1])))
