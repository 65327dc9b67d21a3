"""Purchases around holidays, halts and changes of the rule can be sold on the right session."""

import numpy as np
import pytest
from tests.trading.markets import plain_bars

from vn30_training.market.hose import load_rules
from vn30_training.trading.exchange import Exchange
from vn30_training.trading.plan import Weights
from vn30_training.trading.profiles import PROFILES
from vn30_training.trading.simulation import simulate

RULES = load_rules()
TET = ["2023-01-18", "2023-01-19", "2023-01-27", "2023-01-30", "2023-01-31", "2023-02-01"]
HALT = ["2018-01-18", "2018-01-19", "2018-01-22", "2018-01-25", "2018-01-26", "2018-01-29"]
NEW_YEAR = [
    *("2015-12-29", "2015-12-30", "2015-12-31"),
    *("2016-01-04", "2016-01-05", "2016-01-06", "2016-01-07", "2016-01-08"),
]
T2 = [
    *("2022-08-25", "2022-08-26", "2022-08-29", "2022-08-30", "2022-08-31"),
    *("2022-09-05", "2022-09-06", "2022-09-07"),
]
EARLY = [
    *("2012-08-30", "2012-08-31", "2012-09-04", "2012-09-05", "2012-09-06"),
    *("2012-09-07", "2012-09-10", "2012-09-11"),
]
CASES = [
    # sessions, bought on, sold at an open, sold at a close
    (TET, "2023-01-19", "2023-01-31", "2023-01-30"),
    (HALT, "2018-01-19", "2018-01-26", "2018-01-26"),
    (NEW_YEAR, "2015-12-30", "2016-01-05", "2016-01-05"),
    (NEW_YEAR, "2015-12-31", "2016-01-06", "2016-01-06"),
    (NEW_YEAR, "2016-01-04", "2016-01-07", "2016-01-07"),
    (T2, "2022-08-26", "2022-08-31", "2022-08-31"),
    (T2, "2022-08-29", "2022-09-05", "2022-08-31"),
    (T2, "2022-08-30", "2022-09-06", "2022-09-05"),
    (EARLY, "2012-08-31", "2012-09-07", "2012-09-07"),
    (EARLY, "2012-09-04", "2012-09-07", "2012-09-07"),
]


def bars_of(sessions):
    """A flat stock on real sessions, with the waits, lots, fee and taxes of the dated tables."""
    dates = np.array(sessions, dtype="datetime64[D]")
    days = dates.tolist()
    return plain_bars(
        np.full((len(days), 1), 10_000),
        dates=dates,
        sellable_at_open=[RULES.min_holding(day, "open") for day in days],
        sellable_at_close=[RULES.min_holding(day, "close") for day in days],
        cash_at_open=[RULES.cash_settlement(day).holding("open") for day in days],
        cash_at_close=[RULES.cash_settlement(day).holding("close") for day in days],
        lot=[RULES.board_lot(day) for day in days],
        odd_lots=[RULES.odd_lots(day) for day in days],
    )


@pytest.mark.parametrize("at", ["open", "close"])
@pytest.mark.parametrize(("sessions", "bought", "at_open", "at_close"), CASES)
def test_a_purchase_is_sold_on_the_first_session_the_rules_allow(
    sessions, bought, at_open, at_close, at
):
    bars = bars_of(sessions)
    row = sessions.index(bought) - 1
    weights = np.full((len(sessions), 1), np.nan)
    weights[row], weights[row + 1] = 0.9, 0.0
    profile = PROFILES["hose"].model_copy(update={"at": at})
    fills = simulate(bars, Weights(weights, patience=9), profile, 10**8, fills=True).fills
    done = fills[fills["filled"] > 0]
    assert done["side"].tolist() == ["buy", "sell"]
    assert done["date"].astype(str).tolist() == [bought, at_open if at == "open" else at_close]
    assert (fills.loc[fills["filled"] == 0, "reason"] == "unsettled").all()


@pytest.mark.parametrize("at", ["open", "close"])
@pytest.mark.parametrize(("sessions", "bought", "at_open", "at_close"), CASES)
def test_the_cash_of_a_sale_waits_as_long_as_shares(sessions, bought, at_open, at_close, at):
    bars = bars_of(sessions)
    sold = sessions.index(bought)
    two = plain_bars(
        np.full((len(sessions), 2), 10_000),
        dates=bars.dates,
        sellable_at_open=bars.sellable_at_open,
        sellable_at_close=bars.sellable_at_close,
        cash_at_open=bars.cash_at_open,
        cash_at_close=bars.cash_at_close,
        lot=bars.lot,
    )
    exchange = Exchange(two, PROFILES["hose"].model_copy(update={"at": at}))
    account = exchange.open_account(0, session=sold - 1, shares={"S00": 1000})
    exchange.execute(account, {"S00": -1000}, sold)
    spent = None
    for session in range(sold, len(sessions)):
        if exchange.execute(account, {"S01": 500}, session)[0].filled:
            spent = sessions[session]
            break
    assert spent == (at_open if at == "open" else at_close)
