from time import process_time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy.stats import norm

from vn30_training.evaluation.probabilistic import INTERVALS, pinball
from vn30_training.evaluation.recalibration import RecalibrationOptions, recalibrate
from vn30_training.evaluation.rows import known_rows, seed_mean, with_references
from vn30_training.models.calibration import probability_up
from vn30_training.models.contract import QUANTILE_COLUMNS, QUANTILES

CHANGED = [*QUANTILE_COLUMNS, "p_up"]
SYMBOLS = [f"S{number:02d}" for number in range(10)]
SMALL = RecalibrationOptions(minimum_sessions=5)


def forecasts(days, seed=0, narrow=lambda when: np.ones_like(when), spread=0.0, symbols=SYMBOLS):
    """Normal returns, some flat, and a forecaster whose intervals are ``narrow`` times too wide.

    ``when`` runs from 0 to 1; the stocks' volatilities differ by ``spread``, unknown to him.
    """
    rng = np.random.default_rng(seed)
    sessions = pd.bdate_range("2020-01-01", periods=days + 3).astype("datetime64[us]")
    position = np.repeat(np.arange(days), len(symbols))
    own = np.exp(spread * np.linspace(-1, 1, len(symbols)))
    y_true = 0.02 * np.tile(own, days) * rng.normal(size=len(position))
    y_true[rng.random(len(position)) < 0.04] = 0.0
    table = pd.DataFrame(
        {
            "date": sessions[position],
            "symbol": np.tile(symbols, days),
            "trade_date": sessions[position + 1],
            "label_end": sessions[position + 3],
            "fold": 0,
            "family": "narrow",
            "scope": "pooled",
            "seed": 0,
            "y_true": y_true,
            "y_pred": 0.0,
            "score": 0.0,
        }
    )
    width = 0.02 * narrow(position / max(days - 1, 1))
    quantiles = width[:, None] * norm.ppf(QUANTILES)
    table[list(QUANTILE_COLUMNS)] = quantiles
    return table.assign(p_up=probability_up(quantiles), member=True)


def coverage(table, percent):
    low, high = INTERVALS[percent]
    return 100 * table["y_true"].between(table[low], table[high])


@pytest.mark.parametrize(
    "narrow",
    [
        pytest.param(lambda when: np.full_like(when, 0.4), id="too narrow"),
        pytest.param(lambda when: np.full_like(when, 0.02), id="absurdly narrow"),
        pytest.param(lambda when: 0.5 + 0.2 * when, id="too narrow, drifting"),
        pytest.param(lambda when: 2.0 - 0.5 * when, id="too wide, drifting"),
        pytest.param(lambda when: 0.6 + 0.1 * np.sin(25 * when), id="too narrow, swinging"),
    ],
)
def test_coverage_is_restored_within_two_points(narrow):
    """Over as many sessions as seven years have; the stocks' volatilities differ by 60 %."""
    given_rows = forecasts(days=1700, narrow=narrow, spread=0.25)
    later = given_rows["date"] > given_rows["date"].unique()[100]
    corrected = recalibrate(given_rows)[later]
    assert abs(coverage(given_rows[later], 80).mean() - 80) > 5
    for percent in INTERVALS:
        assert coverage(corrected, percent).mean() == pytest.approx(percent, abs=2)
    by_symbol = coverage(corrected, 80).groupby(corrected["symbol"]).mean()
    assert ((by_symbol - 80).abs() <= 4).mean() >= 0.9


def test_a_calibrated_forecaster_loses_little():
    rows = forecasts(days=600)
    corrected = recalibrate(rows)
    moved = (corrected["q90"] - rows["q90"]).abs() / rows["q90"]
    assert moved[rows["date"] > rows["date"].unique()[250]].quantile(0.95) < 0.15


def test_equals_the_weighted_quantiles_of_the_past():
    """The slow way: weigh every known residual, of the stock itself and of all; look it up."""
    options = RecalibrationOptions(half_life=20, shrinkage=15, minimum_sessions=5)
    rows = forecasts(days=60, seed=3, spread=0.5, symbols=SYMBOLS[:3])
    corrected = recalibrate(rows, options).set_index(["date", "symbol"])
    sessions = rows["date"].unique()
    rows["z"] = (rows["y_true"] - rows["q50"]) / (rows["q75"] - rows["q25"])
    now = sessions[50]
    past = rows[rows["label_end"] <= now]
    age = 50 - np.searchsorted(sessions, past["label_end"])
    weight = 0.5 ** (age / options.half_life)
    for symbol in SYMBOLS[:3]:
        total = np.where(past["symbol"] == symbol, weight, 0.0) + 15 * weight / weight.sum()
        ordered = np.argsort(past["z"].to_numpy())
        share = np.cumsum(total[ordered]) / total.sum()
        expected = past["z"].to_numpy()[ordered][np.searchsorted(share, QUANTILES)]
        row = rows[(rows["date"] == now) & (rows["symbol"] == symbol)].iloc[0]
        found = corrected.loc[(now, symbol), list(QUANTILE_COLUMNS)].to_numpy(dtype=float)
        found = (found - row["q50"]) / (row["q75"] - row["q25"])
        np.testing.assert_allclose(found, expected, atol=0.05)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 39), st.integers(0, 2**32 - 1))
def test_the_future_changes_no_bit(day, seed):
    rows = forecasts(days=40, seed=seed, symbols=SYMBOLS[:4])
    rng = np.random.default_rng(seed)
    now = rows["date"].unique()[day]
    until, unknown = rows["date"] <= now, rows["label_end"] > now
    before = recalibrate(rows, SMALL).loc[until, CHANGED]
    noise = rng.normal(size=len(rows))
    noise[rng.random(len(rows)) < 0.3] = np.nan
    other = rows.assign(y_true=rows["y_true"].where(~unknown, noise))
    quantiles = list(QUANTILE_COLUMNS)
    other.loc[~until, quantiles] = np.sort(rng.normal(size=(int((~until).sum()), 7)), axis=1)
    pd.testing.assert_frame_equal(
        before, recalibrate(other, SMALL).loc[until, CHANGED], check_exact=True
    )
    pd.testing.assert_frame_equal(
        before, recalibrate(other[until], SMALL)[CHANGED], check_exact=True
    )


def test_a_return_counts_from_the_close_at_which_it_is_known():
    rows = forecasts(days=40, symbols=SYMBOLS[:4])
    made = rows["date"].unique()
    other = rows.assign(y_true=rows["y_true"].where(rows["date"] != made[20], 0.5))
    moved = (recalibrate(rows, SMALL)["q95"] != recalibrate(other, SMALL)["q95"]).to_numpy()
    assert rows.loc[moved, "date"].min() == made[23]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_quantiles_never_cross_and_everything_else_stays(seed):
    rng = np.random.default_rng(seed)
    rows = forecasts(days=30, seed=seed, symbols=SYMBOLS[:3])
    rows["y_true"] = rng.standard_cauchy(len(rows)) * 10.0 ** rng.integers(-6, 3)
    rows[list(QUANTILE_COLUMNS)] = np.sort(rng.standard_cauchy((len(rows), 7)), axis=1)
    rows = rows.sample(frac=1, random_state=seed)
    corrected = recalibrate(rows, SMALL)
    assert (np.diff(corrected[list(QUANTILE_COLUMNS)].to_numpy(), axis=1) >= 0).all()
    kept = rows.columns.difference(CHANGED, sort=False)
    pd.testing.assert_frame_equal(corrected[kept], rows[kept])
    assert list(corrected.columns) == list(rows.columns)


def test_each_family_scope_and_seed_is_corrected_by_itself():
    one, two = forecasts(days=30), forecasts(days=30, seed=1, narrow=lambda when: 0.5 + when)
    groups = [
        one,
        two.assign(seed=1),
        two.assign(scope="symbol"),
        two.assign(family="other").astype({"family": "category"}),
    ]
    together = recalibrate(pd.concat(groups, ignore_index=True), SMALL)
    apart = pd.concat([recalibrate(group, SMALL) for group in groups], ignore_index=True)
    pd.testing.assert_frame_equal(together, apart, check_dtype=False)


def test_takes_rows_whose_seeds_are_averaged():
    tidy = forecasts(days=100, narrow=lambda when: 0.5 + when)
    rows = with_references(seed_mean(known_rows(pd.concat([tidy, tidy.assign(seed=1)]))))
    from_rows, from_tidy = recalibrate(rows), recalibrate(tidy)
    np.testing.assert_array_equal(from_rows[CHANGED], from_tidy[CHANGED])


def test_what_cannot_be_corrected_is_kept():
    rows = forecasts(days=30)
    first = rows["date"].unique()[:7]
    rows.loc[100, list(QUANTILE_COLUMNS)] = 0.01
    rows.loc[101, list(QUANTILE_COLUMNS)] = np.nan
    rows.loc[102:120, "y_true"] = np.nan
    corrected = recalibrate(rows, SMALL)
    kept = rows["date"].isin(first) | rows.index.isin([100, 101])
    pd.testing.assert_frame_equal(corrected.loc[kept, CHANGED], rows.loc[kept, CHANGED])
    assert (corrected.loc[~kept, "q95"] != rows.loc[~kept, "q95"]).all()
    pd.testing.assert_frame_equal(recalibrate(rows.iloc[:0]), rows.iloc[:0])


def test_the_probability_of_a_rise_is_that_of_the_new_quantiles():
    corrected = recalibrate(forecasts(days=200, narrow=lambda when: 0.5 + when))
    quantiles = corrected[list(QUANTILE_COLUMNS)].to_numpy()
    np.testing.assert_allclose(corrected["p_up"], probability_up(quantiles))


def test_impossible_options_are_refused():
    for wrong in ({"half_life": 0}, {"shrinkage": 0}, {"minimum_sessions": 0}, {"halflife": 9}):
        with pytest.raises(ValidationError):
            RecalibrationOptions(**wrong)


@pytest.mark.real_data
def test_normal_quantiles_of_real_returns_are_set_right(real_data):
    """RiskMetrics' normal quantiles of the members of 2025: too wide inside, too narrow outside."""
    members = pd.read_csv(real_data / "constituents.csv")
    tables = []
    for symbol in members.loc[members["end_date"].isna(), "symbol"]:
        prices = pd.read_csv(real_data / "ohlcv" / f"{symbol}.csv", parse_dates=["date"])
        close, day = prices["close"], prices["date"]
        volatility = (close.pct_change() ** 2).ewm(alpha=0.06).mean() ** 0.5
        table = pd.DataFrame({"date": day, "label_end": day.shift(-3), "symbol": symbol})
        table["y_true"] = close.shift(-3) / close.shift(-1) - 1
        table[list(QUANTILE_COLUMNS)] = np.outer(np.sqrt(2) * volatility, norm.ppf(QUANTILES))
        tables.append(table.iloc[20:-3].assign(family="normal", scope="pooled", p_up=0.5))
    rows = pd.concat(tables, ignore_index=True)
    corrected = recalibrate(rows)
    scored = rows["date"] >= "2019-01-01"
    assert abs(coverage(rows[scored], 50).mean() - 50) > 4
    for percent in INTERVALS:
        assert coverage(corrected[scored], percent).mean() == pytest.approx(percent, abs=1)
    by_symbol = coverage(corrected[scored], 80).groupby(rows["symbol"]).mean()
    assert ((by_symbol - 80).abs() <= 4).mean() >= 0.9
    losses = [
        pinball(one["y_true"].to_numpy(), one[list(QUANTILE_COLUMNS)].to_numpy()).mean()
        for one in (corrected[scored], rows[scored])
    ]
    assert losses[0] < 1.002 * losses[1]


def test_the_days_of_a_year_take_a_moment():
    """A tenth of the days of a walk-forward, allowed twenty times what they take."""
    rows = forecasts(days=170, symbols=[f"S{number:02d}" for number in range(30)])
    start = process_time()
    recalibrate(rows)
    assert process_time() - start < 1.0
