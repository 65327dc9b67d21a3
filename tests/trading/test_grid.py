"""The panel's rows in arrays of sessions and stocks."""

import numpy as np
import pandas as pd
import pytest

from vn30_training.trading.grid import lay_out

DATES = pd.to_datetime(["2024-03-04", "2024-03-05", "2024-03-06", "2024-03-07"])
SESSIONS = pd.DataFrame({"date": DATES, "observed": [True, True, True, False]})
PANEL = pd.DataFrame(
    {
        "symbol": ["BBB", "BBB", "AAA"],
        "date": DATES[[0, 2, 2]],
        "close": [1.0, 0.0, 3.0],
    }
)


def test_rows_find_their_session_and_stock():
    grid = lay_out(PANEL, SESSIONS)
    assert grid.symbols == ("BBB", "AAA")
    assert grid.dates.tolist() == DATES[:3].date.tolist()
    expected = [[1.0, np.nan], [np.nan, np.nan], [np.nan, 3.0]]
    np.testing.assert_array_equal(grid.positive("close"), expected)
    assert grid.table(np.array([1, 2, 3]), missing=-1).tolist() == [[1, -1], [-1, -1], [2, 3]]


def test_days_not_observed_are_refused():
    future = PANEL.assign(date=DATES[[0, 2, 3]])
    with pytest.raises(ValueError, match="2024-03-07 is in the panel but no observed session"):
        lay_out(future, SESSIONS)
