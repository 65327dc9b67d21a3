import time

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from vn30_training.evaluation.decay import DECAY_COLUMNS, HORIZONS, signal_decay
from vn30_training.evaluation.statistics import estimate_mean

DAYS, NAMES = 90, [f"S{number:02d}" for number in range(12)]


@pytest.fixture(scope="module")
def sessions() -> pd.DataFrame:
    """Some sessions before the first price and some in the future."""
    return pd.DataFrame({"date": pd.bdate_range("2023-12-18", periods=DAYS + 15, unit="us")})


@pytest.fixture(scope="module")
def panel(sessions) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    dates = sessions["date"].iloc[10 : 10 + DAYS]
    close = 1e4 * np.exp(np.cumsum(rng.normal(0, 0.02, (len(NAMES), DAYS)), axis=1))
    close[rng.random(close.shape) < 0.03] = np.nan
    symbol, date = np.repeat(NAMES, DAYS), np.tile(dates, len(NAMES))
    return pd.DataFrame({"symbol": symbol, "date": date, "close": close.ravel()})


@pytest.fixture(scope="module")
def rows(panel) -> pd.DataFrame:
    """Two families in their own order; one knows the return from t+1 to t+3."""
    closes = panel.pivot_table(index="date", columns="symbol", values="close", dropna=False)
    ahead = (closes.shift(-3) / closes.shift(-1) - 1).melt(ignore_index=False, value_name="score")
    knowing = ahead.reset_index().dropna().assign(family="knowing", scope="pooled")
    noise = np.random.default_rng(1).normal(size=len(knowing))
    blind = knowing.assign(family="blind", scope="symbol", score=noise)
    return pd.concat([knowing, blind]).sample(frac=1, random_state=0)


def slow_decay(
    rows: pd.DataFrame, panel: pd.DataFrame, sessions: pd.DataFrame, start: int, horizon: int
) -> dict[str, np.ndarray]:
    """Rank IC of each family and day, one price at a time."""
    price = panel.dropna().set_index(["symbol", "date"])["close"].to_dict()
    calendar = sessions["date"].tolist()
    found = {}
    for family, own in rows.groupby("family"):
        ics = []
        for date, day in own.groupby("date"):
            bought = calendar.index(date) + start
            ends = [*calendar[bought : bought + horizon + 1 : horizon], None][:2]
            pairs = [
                (score, price[name, ends[1]] / price[name, ends[0]] - 1)
                for name, score in zip(day["symbol"], day["score"], strict=True)
                if (name, ends[0]) in price and (name, ends[1]) in price
            ]
            if len(pairs) >= 3:
                ics.append(spearmanr(*zip(*pairs, strict=True)).statistic)
        found[family] = np.array(ics)
    return found


@pytest.mark.parametrize("start", [0, 1, 2])
def test_agrees_with_the_slow_way(rows, panel, sessions, start):
    noise = np.random.default_rng(2).normal(0, 0.02, len(rows))
    rows = rows.assign(score=rows["score"] + noise)
    table = signal_decay(rows, panel, sessions, start, horizons=(1, 2, 20))
    assert list(table.columns) == DECAY_COLUMNS
    assert table["horizon"].tolist() == [1, 2, 20, 1, 2, 20]
    for horizon in (1, 2, 20):
        slow = slow_decay(rows, panel, sessions, start, horizon)
        for row in table[table["horizon"] == horizon].itertuples():
            ics = slow[row.family]
            expected = estimate_mean(ics, horizon)
            assert row.n_days == len(ics)
            assert row.rank_ic == pytest.approx(expected.mean, abs=1e-12)
            assert (row.low, row.high) == pytest.approx((expected.low, expected.high), abs=1e-12)
            assert row.t == pytest.approx(expected.t, rel=1e-9)


def test_score_that_knows_one_horizon_fades_with_the_others(rows, panel, sessions):
    table = signal_decay(rows, panel, sessions)
    knowing = table[table["family"] == "knowing"].set_index("horizon")["rank_ic"]
    assert list(knowing.index) == list(HORIZONS)
    assert knowing[2] == pytest.approx(1)
    assert knowing[1] > 0.5
    assert (knowing.loc[2:].diff().dropna() < 0).all()
    blind = table[table["family"] == "blind"]
    assert (blind["rank_ic"].abs() < 0.15).all()


def test_future_beyond_the_prices_is_left_out(rows, panel, sessions):
    table = signal_decay(rows, panel, sessions, horizons=(1, 20))
    days = table[table["family"] == "knowing"]["n_days"].tolist()
    # The scores end three sessions before the prices do.
    assert days == [DAYS - 3, DAYS - 1 - 20]
    none = signal_decay(rows, panel, sessions, horizons=(len(sessions),))
    assert none["rank_ic"].isna().all()


def test_stock_without_prices_is_left_out(rows, panel, sessions):
    stranger = rows.assign(symbol="XXX", score=9.0).drop_duplicates(["family", "date"])
    expected = signal_decay(rows, panel, sessions, horizons=(1,))
    found = signal_decay(pd.concat([rows, stranger]), panel, sessions, horizons=(1,))
    pd.testing.assert_frame_equal(found, expected)


def test_single_symbol_has_no_ranking(rows, panel, sessions):
    table = signal_decay(rows[rows["symbol"] == "S00"], panel, sessions)
    assert table["rank_ic"].isna().all()
    assert table["n_days"].eq(0).all()


@pytest.mark.slow
def test_sixteen_series_of_seven_years_take_seconds():
    sessions = pd.DataFrame({"date": pd.bdate_range("2018-01-01", periods=1_800, unit="us")})
    names = [f"S{number:02d}" for number in range(30)]
    index = pd.MultiIndex.from_product([names, sessions["date"]], names=["symbol", "date"])
    rng = np.random.default_rng(0)
    panel = pd.DataFrame({"close": rng.uniform(1e4, 2e4, len(index))}, index=index).reset_index()
    one = panel.assign(score=rng.normal(size=len(panel)), scope="pooled")
    rows = pd.concat([one.assign(family=f"f{number}") for number in range(16)])
    rows = rows.astype(dict.fromkeys(["family", "scope", "symbol"], "category"))
    started = time.process_time()
    signal_decay(rows, panel, sessions)
    assert time.process_time() - started < 20
