import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from quantstats import stats
from tests.trading.days import BY, days_of, noise, sessions

from vn30_training.trading.drawdowns import (
    DRAWDOWN_COLUMNS,
    drawdown_table,
    drawdowns,
    underwater,
)


def test_known_answer():
    nav = [100, 90, 95, 100, 120, 119, 60, 90]
    dates = sessions(8)
    found = drawdowns(dates, nav)
    assert found["start"].tolist() == [dates[1], dates[5]]
    assert found["trough"].tolist() == [dates[1], dates[6]]
    assert found["end"].tolist() == [dates[2], dates[7]]
    assert found["depth"].tolist() == pytest.approx([-0.1, -0.5])
    assert found["days"].tolist() == [2, 3]
    assert found["recovered"].tolist() == [True, False]


@pytest.mark.parametrize("seed", range(4))
def test_equal_to_quantstats(seed):
    returns = np.r_[0.01, noise(seed, 500)]
    dates = sessions(len(returns) + 1)
    ours = drawdowns(dates, np.cumprod(np.r_[1, 1 + returns]))
    theirs = stats.drawdown_details(stats.to_drawdown_series(pd.Series(returns, dates[1:])))
    for own, other in {"start": "start", "trough": "valley", "end": "end"}.items():
        assert ours[own].dt.strftime("%Y-%m-%d").tolist() == theirs[other].tolist()
    assert ours["days"].tolist() == theirs["days"].tolist()
    np.testing.assert_allclose(100 * ours["depth"], theirs["max drawdown"], rtol=1e-9)


def test_the_deepest_come_first_and_each_strategy_has_its_own():
    daily = pd.concat([days_of(noise(1, 300), "a"), days_of(noise(2, 300), "b")])
    table = drawdown_table(daily, BY, top=3)
    assert table.columns.tolist() == [*BY, *DRAWDOWN_COLUMNS]
    assert table["rank"].tolist() == [1, 2, 3] * 2
    for strategy, own in table.groupby("strategy"):
        nav = daily.loc[daily["strategy"] == strategy, "nav"]
        assert own["depth"].is_monotonic_increasing
        assert own["depth"].iloc[0] == underwater(nav).min()


def test_a_nav_that_never_falls_has_no_drawdown():
    assert drawdown_table(days_of(np.full(30, 0.001)), BY).empty
    assert drawdown_table(days_of(np.zeros(30)), BY).empty
    assert drawdown_table(days_of(np.zeros(3)).iloc[:0], BY).empty


@given(st.lists(st.integers(1, 20), min_size=1, max_size=60))
def test_spells_hold_exactly_the_sessions_below_a_peak(nav):
    dates = sessions(len(nav))
    found = drawdowns(dates, nav)
    below = np.zeros(len(nav), dtype=bool)
    for start, end in zip(found["start"], found["end"], strict=True):
        below |= (dates >= start) & (dates <= end)
    assert below.tolist() == [value < max(nav[: at + 1]) for at, value in enumerate(nav)]
