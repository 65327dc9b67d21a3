import pandas as pd
import pytest

from vn30_training.market.checks.calendar import check_sessions, market_gaps, sessions_behind
from vn30_training.market.checks.findings import Findings

SYMBOLS = [f"AA{letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
DAYS = pd.bdate_range("2025-03-03", periods=10)


@pytest.fixture
def bars():
    return pd.DataFrame(
        [(symbol, day) for symbol in SYMBOLS for day in DAYS], columns=["symbol", "date"]
    )


def test_whole_histories_are_complete(bars):
    findings = Findings()
    assert (check_sessions(bars, findings) == 1).all()
    assert findings.table().empty
    assert market_gaps(bars) == []


def test_missing_sessions_count_between_the_first_and_the_last_bar(bars):
    own = bars["symbol"] == "AAA"
    gone = own & bars["date"].isin([DAYS[0], DAYS[4], DAYS[9]])
    findings = Findings()
    complete = check_sessions(bars[~gone].reset_index(drop=True), findings)
    (row,) = findings.table().to_dict("records")
    assert (row["symbol"], row["date"], row["detail"]) == ("AAA", DAYS[4], "has no bar")
    assert complete["AAA"] == pytest.approx(7 / 8)
    assert complete.drop("AAA").eq(1).all()


def test_lonely_and_weekend_bars_are_no_sessions(bars):
    lonely = bars["date"].ne(DAYS[4]) | bars["symbol"].eq("AAA")
    saturday = pd.DataFrame({"symbol": SYMBOLS, "date": pd.Timestamp("2025-03-08")})
    findings = Findings()
    complete = check_sessions(pd.concat([bars[lonely], saturday], ignore_index=True), findings)
    details = findings.table()["detail"].value_counts().to_dict()
    assert details == {"is a weekend": 26, "hardly anyone traded": 1}
    assert complete.eq(1).all()


def test_a_day_nobody_has_is_a_gap_of_the_market_unless_a_holiday(bars):
    assert market_gaps(bars[bars["date"] != DAYS[4]]) == [DAYS[4]]
    tet = pd.bdate_range("2025-01-20", "2025-02-07")
    closed = pd.bdate_range("2025-01-27", "2025-01-31")
    held = tet.difference(closed)
    around = pd.DataFrame([(s, day) for s in SYMBOLS for day in held], columns=["symbol", "date"])
    assert market_gaps(around) == []


def test_sessions_behind_counts_weekdays(bars):
    behind = sessions_behind(bars, pd.Timestamp("2025-03-18").date())
    assert set(behind) == {2}
