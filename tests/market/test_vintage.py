import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from price_files import canonical, make_bars

from vn30_training.market.vintage import (
    alike,
    compare,
    content,
    fingerprint,
    joined,
    past,
    sketch,
    without_conflicts,
)

PRICES = pd.concat(
    [canonical(make_bars(0), "FPT"), canonical(make_bars(1), "VCB")], ignore_index=True
)
OLD = json.loads(json.dumps(fingerprint(PRICES, source="here")))


def scaled(symbol, factor, since=0):
    prices = PRICES.copy()
    own = prices.index[prices["symbol"] == symbol][since:]
    prices.loc[own, ["open", "high", "low", "close"]] *= factor
    return prices


def test_the_same_prices_have_the_same_fingerprint():
    assert compare(OLD, PRICES) == []
    assert fingerprint(PRICES, source="here") == OLD
    assert OLD["symbols"]["FPT"]["rows"] == 300
    assert OLD["symbols"]["FPT"]["last"] == "2025-08-25"


def test_without_an_earlier_download_there_is_nothing_to_tell():
    assert compare({}, PRICES) == []


def test_scaled_levels_are_a_new_adjustment():
    (found,) = compare(OLD, scaled("VCB", 0.5))
    assert (found.code, found.level, found.symbol) == ("D032", "warning", "VCB")
    assert "0.5000 times" in found.message


def test_a_changed_return_is_a_conflict_that_names_its_day():
    prices = scaled("VCB", 0.99, since=200)
    found = compare(OLD, prices)
    assert [(one.code, one.level, one.symbol) for one in found] == [("D014", "error", "VCB")]
    assert found[0].date == f"{PRICES.loc[PRICES['symbol'] == 'VCB', 'date'].iloc[200]:%Y-%m-%d}"
    assert "1 earlier returns changed" in found[0].message
    assert set(without_conflicts(prices, found)["symbol"]) == {"FPT"}


def test_rows_may_come_and_go_at_the_ends_and_in_between():
    assert compare(OLD, PRICES.drop(index=[0, 1, 150, 299])) == []
    assert compare(fingerprint(PRICES.drop(index=[0, 150, 299])), PRICES) == []


@settings(max_examples=30, deadline=None)
@given(
    row=st.integers(1, 299),
    change=st.floats(-0.05, 0.05),
    level=st.sampled_from([1.0, 0.5, 1.7]),
)
def test_exactly_the_changes_above_half_a_point_are_conflicts(row, change, level):
    prices = scaled("FPT", level)
    close = prices.loc[:299, "close"].to_numpy(float).copy()
    move = close[row] / close[row - 1] - 1
    close[row:] *= (1 + move + change) / (1 + move)
    prices.loc[:299, "close"] = close
    codes = {found.code for found in compare(OLD, prices)}
    if abs(change) > 0.0053:
        assert codes == {"D014"}
    elif abs(change) < 0.0047:
        assert "D014" not in codes
        assert "D032" in codes or level == 1


def readjusted(symbol="FPT", factor=0.97):
    """Another adjustment, its prices rounded to 10 VND as vendors do."""
    prices = scaled(symbol, factor)
    return prices.round(dict.fromkeys(("open", "high", "low", "close"), -1))


def without(*symbols):
    return PRICES[~PRICES["symbol"].isin(symbols)].reset_index(drop=True)


def changed(prices, row=100, factor=1.05):
    close = prices["close"].where(prices.index != row, prices["close"] * factor)
    return prices.assign(close=close)


SESSION_LESS = PRICES[PRICES["date"] < PRICES["date"].max()].reset_index(drop=True)
YOUNG = pd.concat([PRICES, canonical(make_bars(5, rows=60), "SSB")], ignore_index=True)
ANOTHER_MARKET = pd.concat(
    [canonical(make_bars(2), "FPT"), canonical(make_bars(3), "VCB")], ignore_index=True
)


@pytest.mark.parametrize(
    ("prices", "same"),
    [
        (PRICES, True),
        (scaled("FPT", 0.5), True),
        (readjusted(), True),
        (SESSION_LESS, True),
        (without("VCB"), True),
        (YOUNG, True),
        (YOUNG[YOUNG["date"] < YOUNG["date"].max()], True),
        (changed(PRICES), True),
        (PRICES.replace("VCB", "HPG"), True),
        (ANOTHER_MARKET, False),
        (PRICES.replace({"FPT": "HPG", "VCB": "SSI"}), False),
        (PRICES.iloc[:5], False),
    ],
    ids=[
        *("the same", "rescaled", "adjusted anew and rounded", "a session less"),
        *("a symbol less", "a symbol more", "a young one and a session less", "a changed return"),
        *("half of the symbols", "another market", "other symbols", "five bars"),
    ],
)
def test_data_are_known_again_by_most_of_their_returns(prices, same):
    one, other = sketch(OLD), sketch(fingerprint(prices))
    assert alike(one, other) == alike(other, one) == same


def test_a_sketch_is_small_and_grows_with_what_is_new():
    early = SESSION_LESS[SESSION_LESS["date"] < "2025-01-01"]
    assert len(json.dumps(sketch(OLD))) < len(json.dumps(OLD)) / 5
    assert joined(sketch(fingerprint(early)), sketch(OLD)) == sketch(OLD)
    late = PRICES[PRICES["date"] >= "2024-12-01"]
    assert joined(sketch(fingerprint(late)), sketch(fingerprint(early))).keys() == {"FPT", "VCB"}
    both = joined(joined({}, sketch(fingerprint(early))), sketch(fingerprint(late)))
    assert alike(both, sketch(OLD))
    assert alike(both, sketch(fingerprint(early)))
    assert joined(sketch(OLD), sketch(fingerprint(ANOTHER_MARKET))) == sketch(
        fingerprint(ANOTHER_MARKET)
    )


@pytest.mark.parametrize(
    ("prices", "goes_on"),
    [
        (PRICES, True),
        (readjusted(), True),
        (changed(PRICES, 100, 1.003), True),
        (changed(PRICES), False),
        (PRICES.drop(index=0), False),
        (PRICES.drop(index=150), False),
        (SESSION_LESS.iloc[:-1], False),
        (without("VCB"), False),
        (YOUNG, False),
        (PRICES.replace("FPT", "HPG"), False),
    ],
    ids=[
        *("the same", "adjusted anew", "rounded", "a changed return", "a first bar less"),
        *("a gap", "a last bar less", "a symbol less", "a symbol more", "another symbol"),
    ],
)
def test_a_past_goes_on_only_where_nothing_in_it_changed(prices, goes_on):
    told = fingerprint(SESSION_LESS)
    old = {**told, "past": past({}, told)}
    assert (past(old, fingerprint(prices)) == old["past"]) == goes_on


def test_a_past_without_an_earlier_one_is_named_by_its_content():
    assert past({}, OLD) == past(OLD, OLD) == content(OLD)
    assert content(fingerprint(PRICES, "elsewhere")) == content(OLD)
    assert content(fingerprint(SESSION_LESS)) != content(OLD)
