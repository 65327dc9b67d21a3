import json

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from price_files import canonical, make_bars

from vn30_training.market.vintage import compare, fingerprint, identity, without_conflicts

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


def test_a_data_set_is_known_again_by_how_it_begins():
    known = identity(OLD)
    newest = PRICES["date"] == PRICES["date"].max()
    assert identity(fingerprint(PRICES[~newest], "elsewhere")) == known
    assert identity(fingerprint(scaled("FPT", 0.5))) == known
    assert identity(fingerprint(PRICES.drop(index=[0]))) != known
    assert identity(fingerprint(PRICES.replace("FPT", "HPG"))) != known
    changed = PRICES.copy()
    changed.loc[100, "close"] *= 1.05
    assert identity(fingerprint(changed)) != known
