"""What an index of prices lacks: the cash dividends of VN30, by year."""

import pandas as pd
import pytest

from vn30_training.market.membership import read_members
from vn30_training.reporting.backtest_words import DIVIDENDS
from vn30_training.trading.raw_files import read_raw_files


@pytest.mark.real_data
def test_members_paid_about_two_per_cent_in_2019_and_2020_and_more_before(real_data):
    files = read_raw_files(real_data)
    cash = files.actions[files.actions["kind"] == "cash"].drop_duplicates().sort_values("ex_date")
    closes = files.prices[["symbol", "date", "close"]].sort_values("date")
    paid = pd.merge_asof(
        cash, closes, left_on="ex_date", right_on="date", by="symbol", allow_exact_matches=False
    ).merge(read_members(real_data / "constituents.csv"), on="symbol")
    member = paid["ex_date"].ge(paid["start_date"]) & ~paid["ex_date"].ge(paid["end_date"])
    earned = (paid["cash_vnd"] / paid["close"])[member].groupby(paid["ex_date"].dt.year).sum() / 30
    assert earned.loc[2019:2020].between(0.015, DIVIDENDS).all()
    assert earned.loc[2013:2018].between(0.025, 0.06).all()
