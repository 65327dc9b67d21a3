"""The naive floors on the real prices, against the figures the design states."""

import numpy as np
import pandas as pd
import pytest

from vn30_training.evaluation.ic import daily_ic
from vn30_training.evaluation.leaderboard import build_leaderboard
from vn30_training.evaluation.statistics import newey_west_t

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def closes(real_data) -> pd.DataFrame:
    members = pd.read_csv(real_data / "constituents.csv")
    symbols = sorted(members.loc[members["end_date"].isna(), "symbol"])
    read = {
        name: pd.read_csv(real_data / "ohlcv" / f"{name}.csv", index_col="date", parse_dates=True)
        for name in symbols
    }
    return pd.DataFrame({name: table["close"] for name, table in read.items()}).sort_index()


def long(wide: pd.DataFrame, name: str) -> pd.DataFrame:
    """One row per day and stock."""
    return wide.melt(ignore_index=False, var_name="symbol", value_name=name).reset_index()


def returns_after(closes: pd.DataFrame, start: int, end: int) -> pd.DataFrame:
    """One row per stock and day of the test span, with the return from ``start`` to ``end``."""
    table = long((closes.shift(-end) / closes.shift(-start) - 1).iloc[:-end], "y_true")
    table = table[table["date"] >= "2023-01-01"]
    position = closes.index.get_indexer(table["date"])
    return table.assign(
        trade_date=closes.index[position + start], label_end=closes.index[position + end]
    )


@pytest.mark.parametrize(
    ("start", "end", "rank_ic", "t"), [(1, 2, 0.0416, 4.5), (1, 3, 0.0360, 3.8)]
)
def test_one_day_reversal_is_the_floor_of_the_design(
    closes, tidy, instance_row, start, end, rank_ic, t
):
    returns = returns_after(closes, start, end)
    signals = {
        "reversal_1": 1 - closes / closes.shift(1),
        "reversal_5": 1 - closes / closes.shift(5),
        "momentum_12_1": closes.shift(21) / closes.shift(252) - 1,
        "zero": 0 * closes,
    }
    forecasts = []
    for name, signal in signals.items():
        score = returns.merge(long(signal, "score"), on=["date", "symbol"], how="left")["score"]
        forecasts.append(tidy(returns, name, score.to_numpy()))
    instances = pd.DataFrame([instance_row(name) for name in signals])
    board = build_leaderboard(pd.concat(forecasts), instances).set_index("family")
    assert board.loc["reversal_1", "rank_ic"] == pytest.approx(rank_ic, abs=0.0005)
    ics = daily_ic(forecasts[0])["rank_ic"]
    assert newey_west_t(ics, end - start) == pytest.approx(t, abs=0.1)
    assert board.loc["reversal_1", "rank_ic_low"] > 0
    assert board["rank_ic"].idxmax() == "reversal_1"
    assert np.isnan(board.loc["zero", "rank_ic"])
