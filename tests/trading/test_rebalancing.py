import numpy as np

from vn30_training.trading.rebalancing import decision_rows

DATES = np.array(
    ["2023-12-28", "2023-12-29", "2024-01-02", "2024-01-05", "2024-01-08", "2024-01-31",
     "2024-02-07", "2024-02-15", "2024-02-19", "2024-03-01"],
    dtype="datetime64[us]",
)  # fmt: skip


def days(frequency):
    return [str(day)[5:10] for day in DATES[decision_rows(DATES, frequency)]]


def test_daily_is_every_session():
    assert decision_rows(DATES, "daily").all()


def test_weekly_is_the_first_session_from_monday_on():
    assert days("weekly") == [
        "12-28", "01-02", "01-08", "01-31", "02-07", "02-15", "02-19", "03-01"
    ]  # fmt: skip


def test_monthly_is_the_first_session_of_the_month():
    assert days("monthly") == ["12-28", "01-02", "02-07", "03-01"]


def test_later_sessions_change_nothing():
    for frequency in ("daily", "weekly", "monthly"):
        whole = decision_rows(DATES, frequency)
        for end in range(len(DATES) + 1):
            assert (decision_rows(DATES[:end], frequency) == whole[:end]).all()


def test_weeks_and_months_agree_with_the_calendar():
    dates = np.arange(np.datetime64("2019-01-01"), np.datetime64("2021-01-10"))
    weeks = [day.astype(object).isocalendar()[:2] for day in dates]
    months = [str(day)[:7] for day in dates]
    for names, frequency in ((weeks, "weekly"), (months, "monthly")):
        first = [i == 0 or names[i] != names[i - 1] for i in range(len(names))]
        assert decision_rows(dates, frequency).tolist() == first
