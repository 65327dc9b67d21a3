import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm, t

from vn30_training.evaluation.pit import UNIFORM_DAYS, pit_table, pit_uniformity
from vn30_training.models.contract import QUANTILE_COLUMNS, QUANTILES

STOCKS = 20


def rows_of(returns, quantiles, family="one"):
    """One row per day and stock from returns of shape (days, stocks)."""
    days, stocks = returns.shape
    table = pd.DataFrame(
        {
            "family": family,
            "scope": "pooled",
            "date": np.repeat(pd.bdate_range("2020-01-01", periods=days), stocks),
            "symbol": np.tile([f"S{number:02d}" for number in range(stocks)], days),
            "y_true": returns.ravel(),
        }
    )
    table[list(QUANTILE_COLUMNS)] = np.broadcast_to(quantiles, (days * stocks, 7))
    return table.astype(dict.fromkeys(["family", "scope", "symbol"], "category"))


def correlated(days, seed, stocks=STOCKS):
    """Standard normal returns of two sessions each: stocks move together, labels overlap."""
    rng = np.random.default_rng(seed)
    session = 0.5 * rng.normal(size=(days + 1, 1)) + np.sqrt(0.75) * rng.normal(
        size=(days + 1, stocks)
    )
    return (session[1:] + session[:-1]) / np.sqrt(2)


def shares(rows, bins=10):
    return pit_table(rows, "given", 2, bins)["share"].to_numpy()


def test_a_calibrated_forecaster_has_a_uniform_pit():
    returns = norm.ppf((np.arange(20_000) + 0.5) / 20_000).reshape(-1, STOCKS)
    np.testing.assert_allclose(shares(rows_of(returns, norm.ppf(QUANTILES))), 0.1, atol=1e-3)


def test_the_shape_between_quantiles_does_no_harm_to_heavy_tails():
    returns = t(5).ppf((np.arange(20_000) + 0.5) / 20_000).reshape(-1, STOCKS)
    np.testing.assert_allclose(shares(rows_of(returns, t(5).ppf(QUANTILES))), 0.1, atol=4e-3)


def test_known_answers():
    quantiles = norm.ppf(QUANTILES)
    for value, place in {norm.ppf(0.999): 9, norm.ppf(0.001): 0, 1e6: 9, -1e6: 0}.items():
        found = shares(rows_of(np.full((1, 1), value), quantiles))
        np.testing.assert_array_equal(found, np.arange(10) == place)
    levels = rows_of(norm.ppf([[0.101, 0.35, 0.62, 0.97]]), quantiles)
    np.testing.assert_array_equal(np.flatnonzero(shares(levels)), [1, 3, 6, 9])


def test_too_narrow_is_a_cup_and_too_wide_a_hill():
    returns = norm.ppf((np.arange(20_000) + 0.5) / 20_000).reshape(-1, STOCKS)
    cup = shares(rows_of(returns, 0.5 * norm.ppf(QUANTILES)))
    hill = shares(rows_of(returns, 2 * norm.ppf(QUANTILES)))
    assert min(cup[0], cup[-1]) > 0.2
    assert cup[[4, 5]].max() < 0.1
    assert max(hill[0], hill[-1]) < 0.02
    assert hill[[4, 5]].min() > 0.15
    edge = norm.cdf(0.5 * norm.ppf(0.1))
    assert cup[0] == pytest.approx(edge, abs=1e-3)


def test_flat_returns_are_spread_over_as_much_as_there_are_of_them():
    """Half of one stock's returns are flat: their PIT takes the middle half, in equal parts."""
    rng = np.random.default_rng(0)
    u = rng.random((20_000, 2))
    u[:, 0] = np.where(np.abs(u[:, 0] - 0.5) < 0.25, 0.5, u[:, 0])
    rows = rows_of(norm.ppf(u), norm.ppf(QUANTILES))
    np.testing.assert_allclose(shares(rows), 0.1, atol=0.005)
    flat = rows[rows["y_true"] == 0.0]
    moving = rows[rows["y_true"] != 0.0]
    assert len(flat) == pytest.approx(10_000, rel=0.05)
    assert shares(moving)[4:6].max() < 0.08


def test_the_atom_is_cut_where_the_forecast_ends():
    rows = rows_of(np.zeros((5, 2)), norm.ppf(QUANTILES) + 10)
    np.testing.assert_allclose(shares(rows), [0.2] * 5 + [0.0] * 5)


def test_table_is_that_of_the_evidence():
    returns = correlated(30, seed=1)
    rows = pd.concat([rows_of(returns, norm.ppf(QUANTILES), name) for name in ("b", "a")])
    rows.loc[rows["family"] == "a", "q05"] = np.where(np.arange(600) < 100, np.nan, -1.645)
    table = pit_table(rows, "given", holding=2)
    assert list(table.columns) == ["family", "scope", "variant", "bin", "share", "n", "p"]
    assert list(table["bin"]) == 2 * list(range(10))
    assert table.groupby("family")["share"].sum().tolist() == pytest.approx([1, 1])
    assert table.dtypes[["bin", "share", "n"]].tolist() == ["int64", "float64", "int64"]
    assert table.groupby("family")["n"].first().to_dict() == {"a": 500, "b": 600}
    empty = pit_table(rows.iloc[:0], "given", holding=2)
    assert list(empty.columns) == list(table.columns)
    assert empty.empty


def test_uniformity_is_judged_by_the_cells_between_quantiles():
    """The slow way: count returns between quantiles, row by row."""
    returns = correlated(UNIFORM_DAYS, seed=2)
    quantiles = norm.ppf(QUANTILES) * 0.8
    found = pit_uniformity(rows_of(returns, quantiles), holding=2)
    cells = np.array([sum(value > q for q in quantiles) for value in returns.ravel()])
    nominal = len(cells) * np.diff([0.0, *QUANTILES, 1.0])
    expected = ((np.bincount(cells, minlength=8) - nominal) ** 2 / nominal).sum()
    assert found["statistic"].item() == pytest.approx(expected)
    assert found["n_days"].item() == UNIFORM_DAYS


def test_uniformity_is_rejected_where_intervals_are_too_narrow():
    returns = correlated(500, seed=3)
    rows = pd.concat(
        [
            rows_of(returns, norm.ppf(QUANTILES), "calibrated"),
            rows_of(returns, 0.7 * norm.ppf(QUANTILES), "narrow"),
        ],
        ignore_index=True,
    )
    p = pit_uniformity(rows, holding=2).set_index("family")["p"]
    assert p["narrow"] < 0.01
    assert p["calibrated"] > 0.05
    table = pit_table(rows, "given", holding=2)
    assert table.groupby("family")["p"].unique().str[0].to_dict() == p.to_dict()


def test_few_days_support_no_test():
    found = pit_uniformity(rows_of(correlated(499, seed=4), norm.ppf(QUANTILES)), holding=2)
    assert found[["statistic", "p"]].isna().all(axis=None)
    assert pit_uniformity(rows_of(np.zeros((0, 1)), norm.ppf(QUANTILES)), holding=2).empty


@pytest.mark.slow
def test_uniformity_of_a_calibrated_forecaster_is_rejected_as_often_as_said():
    """Correlated stocks, overlapping labels, and prices in ticks, which make one in ten flat.

    A chi-square test that took the rows for independent would reject nearly always.
    """
    p = []
    for seed in range(200):
        returns = correlated(UNIFORM_DAYS, seed=seed)
        returns[np.abs(returns) < norm.ppf(0.55)] = 0.0
        p.append(pit_uniformity(rows_of(returns, norm.ppf(QUANTILES)), holding=2)["p"].item())
    assert 0.02 <= np.mean(np.array(p) <= 0.05) <= 0.09
    assert 0.06 <= np.mean(np.array(p) <= 0.10) <= 0.15
