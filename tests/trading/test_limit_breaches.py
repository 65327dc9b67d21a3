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
    prices = prices.assign(high=closes, low=closes, close=closes)
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


@pytest.mark.real_data
def test_real_prices_as_traded_keep_within_the_limits(real_data):
    """Of 245,000 bars nine remain: three of REE's first two years, six that no source explains."""
    files = read_raw_files(real_data)
    assert len(files.prices) > 240_000
    found = breaches(files)
    counts = found["reason"].value_counts().reindex(REASONS, fill_value=0)
    assert counts["unknown"] <= 9
    assert counts["ex-date, to a tick"] <= 4
    assert counts["ex-date, other amount"] <= 2
    assert counts["vendor error"] <= 29
    assert counts["first day"] <= 6
    assert counts["ex-date"] > 400


@pytest.mark.real_data
def test_the_list_is_printed_with_the_count_of_each_reason(real_data, capsys):
    main(real_data)
    printed = capsys.readouterr().out.splitlines()
    assert [line.rsplit(maxsplit=1)[0].strip() for line in printed[-len(REASONS) :]] == list(
        REASONS
    )
