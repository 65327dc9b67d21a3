"""The rules of each session as arrays, against the rules asked day by day."""

import numpy as np
import pytest

from vn30_training.market.hose import load_rules
from vn30_training.market.sessions import expected_sessions
from vn30_training.trading.session_rules import session_rules, session_ticks, spans

RULES = load_rules()
DATES = expected_sessions("2011-06-01", "2023-12-29")


def test_spans_cover_every_session_once_and_break_at_changes():
    parts = list(spans(RULES, ("tick", "price_limit"), DATES))
    assert [day.isoformat() for _, day in parts] == ["2011-06-01", "2013-01-15", "2016-09-12"]
    covered = np.concatenate([np.arange(len(DATES))[span] for span, _ in parts])
    assert covered.tolist() == list(range(len(DATES)))


def test_spans_of_rules_that_never_change_are_one():
    assert len(list(spans(RULES, ("suspension",), DATES[-100:]))) == 1


@pytest.mark.parametrize(
    "change", ["2012-01-01", "2012-09-04", "2015-01-01", "2016-09-12", "2021-01-04", "2022-08-29"]
)
def test_arrays_equal_the_rules_on_both_sides_of_each_change(change):
    made = session_rules(RULES, DATES)
    place = int(np.searchsorted(DATES, np.datetime64(change)))
    for session in (place - 1, place):
        day = DATES[session].astype(object)
        assert made["lot"][session] == RULES.board_lot(day)
        assert made["max_order"][session] == RULES.max_order(day)
        assert made["odd_lots"][session] == RULES.odd_lots(day)
        assert made["sellable_at_open"][session] == RULES.min_holding(day, "open")
        assert made["sellable_at_close"][session] == RULES.min_holding(day, "close")
        assert made["fee"][session] == 10_000 * RULES.broker_fee(day)


@pytest.mark.parametrize(
    ("name", "day", "before", "after"),
    [
        ("lot", "2001-10-15", 100, 10),
        ("fee", "2012-01-01", 3_500, 1_500),
        ("sell_tax", "2015-01-01", 0, 1_000),
        ("dividend_tax", "2015-01-01", 0, 50_000),
    ],
)
def test_lots_fees_and_taxes_change_on_their_day(name, day, before, after):
    days = np.datetime64(day) + np.arange(-1, 1)
    assert session_rules(RULES, days)[name].tolist() == [before, after]


def test_sessions_before_the_exchange_are_refused_with_the_name_of_a_rule():
    early = expected_sessions("2000-07-03", "2000-08-03")
    with pytest.raises(ValueError, match=r"No \w+ is known before 2000-07-28"):
        session_rules(RULES, early)


def test_ticks_of_prices():
    prices = np.full((len(DATES), 1), 60_000)
    ticks = session_ticks(RULES, DATES, prices)[:, 0]
    assert ticks.tolist() == np.where(np.datetime64("2016-09-12") > DATES, 500, 100).tolist()
