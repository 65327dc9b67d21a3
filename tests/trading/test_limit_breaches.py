"""Limits against bars: planted breaches with their reasons, and the real prices as traded."""

import numpy as np
import pandas as pd
import pytest

from vn30_training.market.hose import load_rules
from vn30_training.trading.limit_breaches import REASONS, limit_breaches, main
from vn30_training.trading.raw_files import RawFiles, read_raw_files

RULES = load_rules()
DATES = pd.to_datetime(["2024-03-04", "2024-03-05", "2024-03-06", "2024-03-07", "2024-03-08"])


def files(closes, adjusted=None, actions=(), listed="2010-01-04", defects=()):
    """One stock at one price a day."""
    prices = pd.DataFrame({"symbol": "AAA", "date": DATES, "adjusted": adjusted or closes})
    prices = prices.assign(high=closes, low=closes, close=closes, volume=100)
    listings = pd.DataFrame({"symbol": ["AAA"], "start_date": pd.to_datetime([listed])})
    return RawFiles(
        prices,
        pd.DataFrame(list(actions), columns=["symbol", "ex_date", "kind", "cash_vnd", "ratio"]),
        listings.assign(end_date=pd.NaT),
        pd.DataFrame(list(defects), columns=["symbol", "date"]),
    )


def breaches(given):
    return limit_breaches(given.prices, RULES, given.actions, given.listings, given.defects)


def test_a_market_within_its_limits_has_no_breach():
    assert breaches(files([20_000, 21_400, 22_850, 21_300, 21_300])).empty


def test_a_breach_is_told_with_its_limit():
    found = breaches(files([20_000, 20_000, 21_450, 21_450, 21_450]))
    assert found.to_dict("records") == [
        {
            "symbol": "AAA",
            "date": DATES[2],
            "side": "high",
            "price": 21_450,
            "limit": 21_400,
            "reference": 20_000,
            "excess": 0.0025,
            "reason": "unknown",
        }
    ]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"listed": "2024-03-06"}, "first day"),
        ({"listed": "2024-04-01"}, "other exchange"),
        ({"actions": [("AAA", DATES[2], "cash", 4_000.0, np.nan)]}, "ex-date"),
        ({"actions": [("AAA", DATES[2], "bonus", np.nan, 0.25)]}, "ex-date"),
        ({"actions": [("AAA", DATES[2], "bonus", np.nan, 0.162)]}, "ex-date, to a tick"),
        ({"actions": [("AAA", DATES[2], "cash", 1_000.0, np.nan)]}, "ex-date, other amount"),
        ({"actions": [("AAA", DATES[2], "other", np.nan, np.nan)]}, "ex-date, other amount"),
        ({"adjusted": [10_000] * 5}, "ex-date"),
        ({"defects": [("AAA", DATES[1])]}, "vendor error"),
        ({"defects": [("AAA", DATES[2])]}, "vendor error"),
        ({"defects": [("AAA", DATES[0])]}, "unknown"),
    ],
)
def test_each_reason_is_found(given, reason):
    found = breaches(files([20_000, 20_000, 16_000, 16_000, 16_000], **given))
    assert set(found["reason"]) == {reason}
    assert set(found["date"]) == {DATES[2]}


def test_an_ex_date_beyond_its_own_limits_is_told_too():
    """21,000 is no breach of yesterday's 20,000 but one of what a dividend of 1,000 leaves."""
    action = ("AAA", DATES[2], "cash", 1_000.0, np.nan)
    found = breaches(files([20_000, 20_000, 21_000, 21_000, 21_000], actions=[action]))
    assert found[["limit", "reference", "reason"]].to_numpy().tolist() == [
        [20_300, 19_000, "ex-date, other amount"]
    ]


UNEXPLAINED = {
    "CSM 2021-08-05": "the close before is a tick below what the ceiling tells",
    "DRC 2021-08-05": "the same",
    "HAG 2021-11-30": "the same; the other source has the close that fits",
    "IJC 2021-07-06": "closed at the floor of another close before",
    "DHG 2008-08-07": "opened a tick above the ceiling",
    "SJS 2012-07-11": "opened a tick below the floor",
    "SJS 2013-04-11": "put under special control that day",
    "REE 2001-07-11": "half a per cent below the floor",
    "REE 2002-02-01": "1.8 per cent below the floor",
    "REE 2002-07-16": "a third less: an ex-date that no table has",
}


@pytest.mark.real_data
def test_real_prices_as_traded_keep_within_the_limits(real_data):
    files = read_raw_files(real_data)
    assert len(files.prices) > 240_000
    found = breaches(files)
    unknown = found[found["reason"] == "unknown"]
    assert set(unknown["symbol"] + " " + unknown["date"].astype(str)) <= set(UNEXPLAINED)
    counts = found["reason"].value_counts().reindex(REASONS, fill_value=0)
    assert counts["ex-date, to a tick"] <= 4
    assert counts["ex-date, other amount"] <= 2
    assert counts["vendor error"] <= 29
    assert counts["first day"] <= 6
    assert counts["ex-date"] > 400


def test_a_price_without_a_trade_is_no_breach():
    given = files([20_000, 20_000, 21_450, 21_450, 21_450])
    given.prices.loc[2, "volume"] = 0
    assert breaches(given).empty


@pytest.mark.real_data
def test_the_list_is_printed_with_the_count_of_each_reason(real_data, capsys):
    main(real_data)
    printed = capsys.readouterr().out.splitlines()
    assert [line.rsplit(maxsplit=1)[0].strip() for line in printed[-len(REASONS) :]] == list(
        REASONS
    )
