import pandas as pd

from vn30_training.market.checks.cross import cross_check


def prices(close, volume):
    days = pd.bdate_range("2025-01-02", periods=len(close))
    return pd.DataFrame({"symbol": "FPT", "date": days, "close": close, "volume": volume})


def test_levels_may_differ_but_returns_and_volumes_may_not():
    a = prices([100.0, 101, 102, 103], [10.0, 10, 10, 0])
    b = prices([50.0, 50.5, 52, 52.5], [10.0, 10, 11, 5])
    found = cross_check(a, b)
    rows = [(row.kind, row.date.day) for row in found.itertuples()]
    assert rows == [("return_disagrees", 6), ("volume_disagrees", 6)]


def test_returns_are_compared_since_the_last_common_day():
    a = prices([100.0, 150, 102], [1.0, 1, 1])
    assert cross_check(a, a.drop(index=1)).empty
