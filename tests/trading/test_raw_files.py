"""The tables beside the prices as traded: actions, listings and defects in our words."""

import pandas as pd
import pytest

from vn30_training.trading.corporate_actions import KINDS
from vn30_training.trading.raw_files import read_raw_files

EVENTS = """symbol,group,type,ex_date,content_vi,dividend_vnd,ratio
AAA,stockAlert,listedHose,2010-01-04,,,
AAA,stockAlert,delistedHose,2020-06-01,,,
AAA,investorRight,DIVIDEND,2012-05-02,Cổ tức,1500,15
AAA,investorRight,STOCKDIV,2013-05-02,"Tỷ lệ 100:30",,30
AAA,investorRight,ISSUE,2014-05-02,"tỷ lệ 5:1, giá 10.000 đ/cp",,20
AAA,investorRight,ISSUE,2015-05-04,"Phát hành cho CBCNV, giá 15000 đ/cp",,15
AAA,investorRight,MERGER,2016-05-04,,,8
"""
PRICES = """date,open,high,low,close,volume,close_adjusted
2012-05-02,10.0,10.5,9.95,10.25,300,5.13
2012-05-03,10.0,10.5,9.95,0.0,300,5.13
"""
DEFECTS = """dataset,symbol,date,kind,detail
ohlcv_raw,AAA,2012-05-02,ohlc_order,
ohlcv_raw,AAA,2012-05-03,return_over_7pct,
ohlcv,AAA,2012-05-03,ohlc_order,
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "ohlcv_raw").mkdir()
    (tmp_path / "ohlcv_raw" / "AAA.csv").write_text(PRICES)
    (tmp_path / "corporate_actions.csv").write_text(EVENTS)
    (tmp_path / "defects.csv").write_text(DEFECTS)
    return tmp_path


def test_prices_are_whole_vnd_and_rows_without_a_close_left_out(folder):
    prices = read_raw_files(folder).prices
    assert prices[["high", "low", "close"]].to_numpy().tolist() == [[10_500, 9_950, 10_250]]
    assert prices["adjusted"].tolist() == [5_130.0]


def test_actions_have_our_kinds_and_amounts(folder):
    actions = read_raw_files(folder).actions
    assert actions["kind"].tolist() == ["cash", "bonus", "rights", "other", "other"]
    assert set(actions["kind"]) - {"other"} <= set(KINDS)
    assert actions["cash_vnd"].iloc[[0, 2]].tolist() == [1_500.0, 10_000.0]
    assert actions["ratio"].iloc[[1, 2]].tolist() == [0.3, 0.2]


def test_listings_are_the_time_on_this_exchange(folder):
    listings = read_raw_files(folder).listings.set_index("symbol")
    assert listings.loc["AAA"].tolist() == [pd.Timestamp("2010-01-04"), pd.Timestamp("2020-06-01")]
    assert listings.loc["SHB", "start_date"] == pd.Timestamp("2021-10-11")


def test_only_defects_that_explain_a_price_count(folder):
    defects = read_raw_files(folder).defects
    assert defects["date"].tolist() == [pd.Timestamp("2012-05-02")]
