"""What holds whatever the market does and the plan wants."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.trading.markets import random_bars, random_weights

from vn30_training.trading.exchange import Exchange
from vn30_training.trading.plan import Stops, TopkDropout, Weights
from vn30_training.trading.profiles import PROFILES
from vn30_training.trading.simulation import simulate

CAPITAL = 500_000_000
SEEDS = st.integers(0, 10_000)


@st.composite
def cases(draw):
    seed = draw(SEEDS)
    bars = random_bars(seed, sessions=40, stocks=5)
    stops = Stops(draw(st.sampled_from([0.0, 0.05])), draw(st.sampled_from([0.0, 0.15])))
    patience = draw(st.integers(0, 5))
    if draw(st.booleans()):
        plan = Weights(random_weights(seed, bars.close.shape), patience=patience, stops=stops)
    else:
        scores = np.random.default_rng(seed).normal(size=bars.close.shape)
        scores[scores > 2] = np.nan
        plan = TopkDropout(
            scores,
            topk=draw(st.integers(1, 4)),
            n_drop=draw(st.integers(0, 3)),
            hold_thresh=draw(st.integers(0, 3)),
            only_tradable=draw(st.booleans()),
            forbid_all_trade_at_limit=draw(st.booleans()),
            patience=patience,
            stops=stops,
        )
    changes = {
        "at": draw(st.sampled_from(["open", "close"])),
        "participation": draw(st.sampled_from([None, 0.05, 0.3])),
        "settlement": draw(st.sampled_from(["dated", "none"])),
        "sizing": draw(st.sampled_from(["decision", "deal"])),
        "min_fee": draw(st.sampled_from([0, 20_000, 5_000_000])),
    }
    return bars, plan, PROFILES["hose"].model_copy(update=changes)


@given(cases())
@settings(max_examples=150, deadline=None)
def test_money_and_shares_add_up(case):
    bars, plan, profile = case
    result = simulate(bars, plan, profile, CAPITAL, shares=True, fills=True)
    shares, fills = result.shares[0], result.fills
    place = {date: row for row, date in enumerate(bars.dates)}
    u = fills["date"].map(place.get).to_numpy(dtype=np.int64)
    n = fills["symbol"].cat.codes.to_numpy(dtype=np.int64)
    sign = np.where(fills["side"] == "buy", 1, -1)

    assert (result.receivable >= 0).all()
    assert (result.cash >= result.receivable).all()
    assert (shares >= 0).all()

    dealt = np.zeros_like(shares)
    np.add.at(dealt, (u, n), sign * fills["filled"].to_numpy())
    before = np.vstack([np.zeros((1, shares.shape[1]), dtype=int), shares[:-1]])
    assert (before + before * bars.bonus // 10**6 + dealt == shares).all()

    mark = np.zeros_like(shares)
    for row in range(len(shares)):
        mark[row] = np.where(bars.close[row] > 0, bars.close[row], _ex(bars, mark, row))
    flow = np.bincount(
        u, sign * fills["filled"] * fills["market_price"].to_numpy(), len(shares)
    ).astype(np.int64)
    value = (shares * mark).sum(axis=1)
    profit = np.diff(value, prepend=0) - flow
    costs = result.fees + result.taxes + result.slippage
    assert (np.diff(result.nav[0], prepend=CAPITAL) == profit + (result.dividends - costs)[0]).all()
    assert (value == (result.nav - result.cash)[0]).all()


def _ex(bars, mark, row):
    if row == 0:
        return mark[0]
    left = np.maximum(mark[row - 1] - bars.cash_dividend[row], 0)
    return left * 10**6 // (10**6 + bars.bonus[row])


@given(cases())
@settings(max_examples=150, deadline=None)
def test_no_order_breaks_a_rule(case):
    bars, plan, profile = case
    fills = simulate(bars, plan, profile, CAPITAL, fills=True).fills
    done = fills[fills["filled"] > 0]
    u = np.searchsorted(bars.dates, done["date"].to_numpy().astype("datetime64[D]"))
    n = done["symbol"].cat.codes.to_numpy()
    buys, lot = (done["side"] == "buy").to_numpy(), bars.lot[u]
    price, market = done["price"].to_numpy(), done["market_price"].to_numpy()
    filled, ceiling, floor = done["filled"].to_numpy(), bars.ceiling[u, n], bars.floor[u, n]

    assert (filled[buys] % lot[buys] == 0).all()
    assert (market[buys] < ceiling[buys]).all()
    assert (market[~buys] > floor[~buys]).all()
    assert ((price <= ceiling) & (price >= floor)).all()
    assert np.where(buys, price >= market, price <= market).all()
    assert (bars.volume[u, n] > 0).all()
    assert (filled <= done["wanted"]).all()
    assert (done["orders"] == -(-filled // bars.max_order[u])).all()
    if profile.participation:
        traded = np.zeros_like(bars.volume)
        np.add.at(traded, (u, n), filled)
        assert (traded <= bars.volume * profile.participation).all()
    partial = (fills["filled"] < fills["wanted"]) | (fills["filled"] == 0)
    assert (partial == (fills["reason"] != "filled")).all()


@given(SEEDS, st.sampled_from(["open", "close"]))
@settings(max_examples=60, deadline=None)
def test_no_account_uses_what_has_not_settled(seed, at):
    bars = random_bars(seed, sessions=30, stocks=4)
    exchange = Exchange(bars, PROFILES["hose"].model_copy(update={"at": at}))
    account = exchange.open_account(CAPITAL)
    for row in random_weights(seed, bars.close.shape, silent=0.3)[:-1]:
        exchange.rebalance(account, row, patience=1)
        assert account.usable_cash(at) >= 0
        assert (account.book.locked >= 0).all()
        assert (account.book.locked[1] <= account.book.held).all()
        assert (account.book.cash_locked >= 0).all()


@pytest.mark.parametrize("at", ["open", "close"])
@pytest.mark.parametrize("kind", ["weights", "decision", "deal"])
@pytest.mark.parametrize("cut", [5, 17, 29, 30, 44])
def test_nothing_after_a_session_changes_what_came_before(cut, kind, at):
    bars, other = random_bars(7), random_bars(8)
    profile = PROFILES["hose"].model_copy(
        update={"at": at, "sizing": "deal" if kind == "deal" else "decision"}
    )
    scores = np.random.default_rng(3).normal(size=bars.close.shape)
    weights = random_weights(3, bars.close.shape, silent=0.3)
    changed = _replace_after(bars, other, cut)
    results = []
    for market, later in ((bars, 0.0), (changed, 1.0)):
        signal = (weights if kind == "weights" else scores).copy()
        signal[cut + 1 :] *= 1 - later
        stops = Stops(0.05, 0.1)
        if kind == "weights":
            plan = Weights(signal, stops=stops)
        else:
            plan = TopkDropout(signal, topk=3, n_drop=1, only_tradable=True, stops=stops)
        results.append(simulate(market, plan, profile, CAPITAL, shares=True, fills=True))
    one, two = results
    known = slice(None, cut + 1)
    for name in ("nav", "cash", "receivable", "fees", "taxes", "slippage", "dividends"):
        assert (getattr(one, name)[:, known] == getattr(two, name)[:, known]).all()
    assert (one.shares[:, known] == two.shares[:, known]).all()
    early = [result.fills[result.fills["date"] <= bars.dates[cut]] for result in results]
    assert early[0].equals(early[1])
    assert (one.nav[:, cut + 1 :] != two.nav[:, cut + 1 :]).any()


@pytest.mark.parametrize("at", ["open", "close"])
@pytest.mark.parametrize("kind", ["weights", "topk"])
def test_the_wishes_of_a_session_are_known_at_the_close_before(kind, at):
    bars, other = random_bars(7), random_bars(8)
    profile = PROFILES["hose"].model_copy(update={"at": at})
    plan = Weights(random_weights(3, bars.close.shape, silent=0.0))
    if kind == "topk":
        scores = np.random.default_rng(3).normal(size=bars.close.shape)
        plan = TopkDropout(scores, 3, 2, forbid_all_trade_at_limit=False, only_tradable=True)
    for cut in range(3, 50, 3):
        wanted = []
        for market in (bars, _replace_after(bars, other, cut)):
            fills = simulate(market, plan, profile, CAPITAL, fills=True).fills
            today = fills[fills["date"] == bars.dates[cut + 1]]
            wanted.append(dict(zip(today["symbol"], today["wanted"], strict=True)))
        assert wanted[0] == wanted[1]


def _replace_after(bars, other, cut):
    """The bars with all prices and volumes after a session from another market."""
    names = ("open", "high", "low", "close", "reference", "ceiling", "floor", "volume", "tick")
    changes = {name: np.array(getattr(bars, name)) for name in names}
    for name, table in changes.items():
        table[cut + 1 :] = getattr(other, name)[cut + 1 :]
    return type(bars)(**{n: changes.get(n, getattr(bars, n)) for n in type(bars).__slots__})
