"""Cuts lie where leaks show, and worlds differ after the cut only."""

import numpy as np
import pandas as pd
import pytest
from tests.evaluation.audit import sick

from vn30_training.evaluation.audit.cuts import (
    after_cut,
    before_ex_dates,
    choose_cuts,
    in_gaps,
    known_universe,
)


@pytest.fixture(scope="module")
def prices():
    return sick.small_given().prices


def test_cuts_of_every_kind(prices):
    cuts = choose_cuts(prices, 56, 0)
    assert len({cut.day for cut in cuts}) == 56
    assert {cut.kind for cut in cuts} == {"gap", "month end", "ex-date", "listing", "random"}
    days = np.unique(prices["date"])
    assert all(days[0] <= cut.day.to_datetime64() < days[-1] for cut in cuts)
    assert choose_cuts(prices, 56, 0) == cuts != choose_cuts(prices, 56, 1)


def test_a_short_history_has_fewer_cuts(prices):
    days = np.unique(prices["date"])[:20]
    short = prices[prices["date"].isin(days)]
    assert len(choose_cuts(short, 56, 0)) == 19


def test_gaps_are_cut_where_no_bar_is(prices):
    days = np.unique(prices["date"])
    places = in_gaps(prices, days)
    traded = prices.groupby("date")["symbol"].nunique().reindex(days)
    listed = [int((prices.groupby("symbol")["date"].min() <= day).sum()) for day in days[places]]
    assert len(places) == 9
    assert (traded.to_numpy()[places] < listed).all()


def test_an_ex_date_is_where_the_ratio_to_raw_prices_jumps():
    days = pd.bdate_range("2024-01-01", periods=30)
    raw = pd.Series(100 * np.exp(0.05 * np.sin(np.arange(30.0))))
    bars = pd.DataFrame({"symbol": "AAA", "date": days, "close": raw, "raw_close": raw})
    bars.loc[bars.index < 12, "close"] *= 0.9
    assert list(before_ex_dates(bars, days.to_numpy(), most=1)) == [11]


@pytest.mark.parametrize("world", ["noise", "deleted"])
def test_the_past_of_a_world_is_the_past(prices, world):
    day = pd.Timestamp(np.unique(prices["date"])[200])
    world = after_cut(prices, day, world, 0)
    pd.testing.assert_frame_equal(
        world[world["date"] <= day].reset_index(drop=True),
        prices[prices["date"] <= day].reset_index(drop=True),
        check_exact=True,
    )
    after = world.merge(prices, on=["symbol", "date"], suffixes=("", "_was")).query("date > @day")
    assert (after["close"] != after["close_was"]).all()


def test_symbols_listed_later_stay_known(prices):
    day = pd.Timestamp(np.unique(prices["date"])[100])
    kept = known_universe(prices, day, 0)
    assert set(kept["symbol"]) == set(prices["symbol"])
    first = prices.groupby("symbol")["date"].min()
    assert set(kept.loc[kept["date"] > day, "symbol"]) == set(first[first > day].index) != set()
