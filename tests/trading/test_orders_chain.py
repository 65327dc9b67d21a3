"""From prices to orders: the future changes nothing, no rule is broken, real prices are obeyed."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.models.small_market import declared_families
from tests.trading.order_market import OPEN_TO_ALL, RULES, SMALL, SYMBOLS, options, order_market

from vn30_training.evaluation.outlook import build_outlook
from vn30_training.evaluation.splits import SplitOptions, make_split
from vn30_training.features.labels import LabelOptions, build_labels
from vn30_training.features.table import build_features
from vn30_training.market.membership import build_panel, read_members
from vn30_training.market.reading import read_folder
from vn30_training.market.sessions import build_sessions
from vn30_training.models.contract import QUANTILE_COLUMNS
from vn30_training.models.options import merge_options
from vn30_training.models.scope import Scope
from vn30_training.models.training import train
from vn30_training.trading.holdings import Holdings, only_cash
from vn30_training.trading.orders import make_orders

DAY = pd.Timestamp("2024-04-26")
SPLIT = SplitOptions(
    method="dates",
    train_end=date(2024, 2, 29),
    valid_end=date(2024, 3, 29),
    test_end=date(2024, 4, 22),
)


def orders_of(prices, sessions, members, holdings):
    """Train on the past, forecast from the day's close and write the orders."""
    panel = build_panel(prices, sessions, members, {})
    features, labels = build_features(panel, "clean"), build_labels(panel, sessions, LabelOptions())
    learned = ("KMID", "ROC5", "ROC20", "STD20", "RSV10", "CORR20")
    entry = declared_families()["ridge"]
    entry = {**entry, "defaults": {**entry["defaults"], "features": learned}}
    chosen = merge_options("ridge", entry, Scope("pooled"))
    model = train(features, labels, make_split(labels, SPLIT), chosen, Scope("pooled"))
    told = model.forecast(features, labels, (labels["date"] == DAY).to_numpy())
    outlook = build_outlook(told, prices[prices["date"] <= DAY], 3, RULES)
    return make_orders(outlook, panel, sessions, holdings, options(), RULES)


def test_prices_after_the_day_change_no_order():
    market, rng = order_market(), np.random.default_rng(5)
    members = pd.DataFrame({"symbol": SYMBOLS}).assign(
        start_date=pd.Timestamp("2000-01-01"), end_date=pd.NaT
    )
    after = market.prices["date"] > DAY
    other = market.prices.copy()
    for name in ("open", "high", "low", "close", "raw_close", "volume"):
        other.loc[after, name] *= rng.uniform(0.5, 2, int(after.sum()))
    held = Holdings({"FPT": 12_345}, {"FPT": 12_000}, 900_000_000, 900_000_000)
    before = orders_of(market.prices, market.sessions, members, held)
    later = orders_of(other, market.sessions, members, held)
    assert after.sum() > 100
    assert set(before.table["side"]) >= {"buy"}
    pd.testing.assert_frame_equal(before.table, later.table, check_exact=True)
    assert before.summary == later.summary


@st.composite
def accounts(draw):
    names = draw(st.lists(st.sampled_from(SYMBOLS), unique=True))
    shares = {name: draw(st.integers(0, 3_000_000)) for name in names}
    settled = {name: draw(st.integers(0, held)) for name, held in shares.items()}
    price = {name: draw(st.integers(1_000, 200_000)) for name in names if draw(st.booleans())}
    cash = draw(st.integers(0, 50_000_000_000))
    usable = draw(st.integers(0, cash))
    return Holdings(shares, settled, cash, usable, average_price=price)


@settings(max_examples=40, deadline=None)
@given(
    holdings=accounts(),
    own=st.sampled_from([("topk_dropout", SMALL), ("score_weighted", OPEN_TO_ALL)]),
    stops=st.sampled_from([{}, {"loss": 0.05}, {"loss": 0.05, "profit": 0.15}]),
    at=st.sampled_from(["open", "close"]),
    limit_ticks=st.sampled_from([None, 0, 3]),
)
def test_no_rule_is_broken_whatever_is_held(holdings, own, stops, at, limit_ticks):
    market = order_market()
    chosen = {**own[1], "stops": stops}
    given_ = options(strategy=own[0], options=chosen, at=at, limit_ticks=limit_ticks)
    made = make_orders(market.outlook(DAY), market.panel, market.sessions, holdings, given_, RULES)
    table, told = made.table, made.summary
    sent = table[table["shares"] > 0]
    buys, sales = (sent[sent["side"] == side] for side in ("buy", "sell"))
    assert (sent["shares"] <= 500_000).all()
    assert (buys["shares"] % 100 == 0).all()
    odd = sales[sales["shares"] % 100 > 0]
    assert set(odd["order_type"]) <= {"LO", "STOP"}
    assert (odd["shares"] < 100).all()
    sold = sales.pivot_table(index="symbol", columns="kind", values="shares", aggfunc="sum")
    sold = sold.reindex(columns=["order", "stop loss", "take profit"]).fillna(0)
    for symbol, row in sold.iterrows():
        # A stop loss and a take profit are for the same shares: one of them deals.
        assert row["order"] + max(row["stop loss"], row["take profit"]) <= holdings.settled[symbol]
    price = buys["limit_price"].fillna(buys["ceiling"]).astype("int64")
    assert (buys["shares"] * price * 1.0015).sum() <= holdings.settled_cash + 1
    assert 0 <= told["set_aside"] <= told["cash_usable"] == holdings.settled_cash
    assert told["cash_after"] >= 0
    limits = sent.dropna(subset=["limit_price"])
    assert limits["limit_price"].between(limits["floor"], limits["ceiling"]).all()
    ticks = RULES.ticks(limits["limit_price"].to_numpy("int64"), date(2024, 5, 2))
    assert (limits["limit_price"] % ticks == 0).all()
    listed = set(table["symbol"])
    assert {symbol for symbol, held in holdings.shares.items() if held} <= listed
    assert (table["reason"] != "").all()


@pytest.mark.real_data
def test_orders_on_real_prices_keep_to_the_limits_of_the_last_close(real_data):
    names = ["FPT", "HPG", "VNM", "STB", "SSI", "VCB"]
    prices = read_folder(real_data / "ohlcv_raw", symbols=names).prices
    # The newest bars of the files are unfinished: a day before them, and what was known then.
    prices = prices[prices["date"].between("2022-06-01", "2025-06-30")]
    sessions = build_sessions(prices)
    panel = build_panel(prices, sessions, read_members(real_data / "constituents.csv"), {})
    day = prices["date"].max()
    later = sessions.loc[sessions["date"] > day, "date"].to_numpy()
    table = pd.DataFrame({"symbol": names, "family": "ridge", "scope": "pooled", "date": day})
    table = table.assign(
        trade_date=later[0],
        label_end=later[2],
        score=np.arange(6.0),
        y_pred=0.0,
        p_up=0.5,
        seed=0,
        member=True,
        **dict.fromkeys(QUANTILE_COLUMNS, 0.0),
    )
    outlook = build_outlook(table, prices, 3, RULES)
    made = make_orders(outlook, panel, sessions, only_cash(5_000_000_000), options(), RULES)
    assert made.summary["session"] == str(later[0])[:10]
    assert made.summary["notes"] == []
    bought = made.table.set_index("symbol")
    raw = prices.drop_duplicates("symbol", keep="last").set_index("symbol")["raw_close"]
    assert len(bought) >= 3
    assert (bought["shares"] > 0).any()
    for symbol, line in bought.iterrows():
        close = round(raw[symbol])
        assert line["last_close"] == close
        assert line["ceiling"] == RULES.ceiling(close, later[0].astype("M8[D]").astype(object))
        assert line["floor"] == RULES.floor(close, later[0].astype("M8[D]").astype(object))
