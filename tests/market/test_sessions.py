"""Sessions are found in bars and holidays, and counted one by one."""

from datetime import date

import pandas as pd
import pytest

from vn30_training.market.sessions import (
    build_sessions,
    disagreements,
    expected_sessions,
    observed_sessions,
)


def bars(**days):
    rows = [(symbol, pd.Timestamp(day)) for symbol, listed in days.items() for day in listed]
    return pd.DataFrame(rows, columns=["symbol", "date"])


def test_a_day_counts_once_four_of_five_listed_symbols_have_a_bar():
    full = ["2025-08-04", "2025-08-05", "2025-08-06", "2025-08-07"]
    one_missing = [full[0], *full[2:]]
    two_missing = [full[0], full[1], full[3]]
    prices = bars(A=full, B=full, C=full, D=one_missing, E=two_missing)
    assert observed_sessions(prices).astype(str).tolist() == [f"{d}T00:00:00.000000" for d in full]
    prices = bars(A=full, B=full, C=two_missing, D=two_missing, E=two_missing)
    assert len(observed_sessions(prices)) == 3


def test_symbols_not_listed_then_do_not_count():
    early = ["2025-08-04", "2025-08-05"]
    late = ["2025-08-05", "2025-08-06"]
    assert len(observed_sessions(bars(A=[*early, late[1]], B=late, C=late, D=late))) == 3


def test_future_sessions_leave_out_holidays_and_weekends():
    sessions = build_sessions(bars(A=["2025-08-28", "2025-08-29"]), future=60)
    assert sessions["observed"].tolist() == [True, True] + 60 * [False]
    assert sessions["date"].iloc[2] == pd.Timestamp("2025-09-03")
    assert (sessions["date"].dt.dayofweek < 5).all()


def test_future_reaches_the_day_asked_for():
    sessions = build_sessions(bars(A=["2025-08-29"]), until=date(2026, 3, 2), future=5)
    assert sessions["date"].iloc[-1] == pd.Timestamp("2026-03-02")


def test_no_bars_no_sessions():
    with pytest.raises(ValueError, match="no bar"):
        build_sessions(bars())


@pytest.mark.parametrize(
    ("first", "last", "closed"),
    [
        ("2018-01-22", "2018-01-25", ["2018-01-23", "2018-01-24"]),
        ("2026-01-01", "2026-01-02", ["2026-01-01", "2026-01-02"]),
        ("2026-02-16", "2026-02-20", [f"2026-02-{day}" for day in range(16, 21)]),
        ("2026-04-27", "2026-05-01", ["2026-04-27", "2026-04-30", "2026-05-01"]),
        ("2026-08-31", "2026-09-02", ["2026-08-31", "2026-09-01", "2026-09-02"]),
    ],
)
def test_closures_announced_or_seen(first, last, closed):
    days = pd.date_range(first, last).astype(str)
    assert expected_sessions(first, last).astype(str).tolist() == [
        d for d in days if d not in closed
    ]


def test_saturdays_worked_for_a_holiday_are_not_traded():
    assert len(expected_sessions("2025-04-26", "2025-04-27")) == 0


def test_days_on_which_the_sources_differ_are_listed():
    days = [str(day) for day in expected_sessions("2025-08-18", "2025-08-29")]
    days.remove("2025-08-20")
    found = disagreements(build_sessions(bars(A=days, B=days)))
    assert found["date"].astype(str).tolist() == ["2025-08-20"]
    assert found[["observed", "holidays"]].to_numpy().tolist() == [[False, True]]


@pytest.mark.real_data
def test_real_bars_differ_from_the_holidays_only_where_an_override_says_so(real_data):
    files = sorted((real_data / "ohlcv").glob("*.csv"))
    prices = pd.concat(
        pd.read_csv(file, usecols=["date"], parse_dates=["date"]).assign(symbol=file.stem)
        for file in files
    )
    found = disagreements(build_sessions(prices))
    assert found["date"].astype(str).tolist() == ["2018-01-23", "2018-01-24"]
    assert not found["observed"].any()
    assert (found["override"] == found["observed"]).all()
