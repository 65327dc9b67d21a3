import empyrical
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from quantstats import stats
from tests.trading.days import noise, sessions

from vn30_training.trading import ratios

QUANTSTATS = {
    "total_return": "comp",
    "cagr": "cagr",
    "volatility": "volatility",
    "sharpe": "sharpe",
    "sortino": "sortino",
    "calmar": "calmar",
    "max_drawdown": "max_drawdown",
    "win_rate": "win_rate",
    "profit_factor": "profit_factor",
    "win_loss_ratio": "win_loss_ratio",
}
EMPYRICAL = {
    "total_return": "cum_returns_final",
    "cagr": "annual_return",
    "volatility": "annual_volatility",
    "sharpe": "sharpe_ratio",
    "sortino": "sortino_ratio",
    "calmar": "calmar_ratio",
    "max_drawdown": "max_drawdown",
}


def series_of(kind: str) -> pd.Series:
    values = {
        "noise": noise(1, 700),
        "falling first": np.r_[-0.05, -0.03, noise(2, 300)],
        "losing": noise(3, 400, mean=-0.002),
        "idle on most days": np.where(np.arange(400) % 5 == 0, noise(4, 400), 0.0),
        "ten days": noise(5, 10),
    }[kind]
    return pd.Series(values, sessions(len(values)))


KINDS = ["noise", "falling first", "losing", "idle on most days", "ten days"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("ours", "theirs"), QUANTSTATS.items())
def test_equal_to_quantstats(ours, theirs, kind):
    returns = series_of(kind)
    assert getattr(ratios, ours)(returns) == pytest.approx(
        getattr(stats, theirs)(returns), rel=1e-9, abs=1e-12
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("ours", "theirs"), EMPYRICAL.items())
def test_equal_to_empyrical(ours, theirs, kind):
    returns = series_of(kind)
    assert getattr(ratios, ours)(returns) == pytest.approx(
        getattr(empyrical, theirs)(returns), rel=1e-9, abs=1e-12
    )


def test_known_answers():
    returns = [0.10, -0.20, 0.05, 0.0]
    assert ratios.total_return(returns) == pytest.approx(1.1 * 0.8 * 1.05 - 1)
    assert ratios.max_drawdown(returns) == pytest.approx(-0.2)
    assert ratios.win_rate(returns) == pytest.approx(2 / 3)
    assert ratios.profit_factor(returns) == pytest.approx(0.15 / 0.20)
    assert ratios.win_loss_ratio(returns) == pytest.approx(0.075 / 0.20)


def test_the_beginning_is_a_peak():
    assert ratios.max_drawdown([-0.1, 0.05]) == pytest.approx(-0.1)


def test_missing_days_are_left_out():
    returns = noise(6, 100)
    gappy = np.insert(returns, [0, 40, 99], np.nan)
    for name in QUANTSTATS:
        figure = getattr(ratios, name)
        assert figure(gappy) == figure(returns)


ANNUAL = ["cagr", "volatility", "sharpe", "sortino", "calmar"]


@pytest.mark.parametrize("name", ANNUAL)
def test_nine_days_bear_no_annual_figure(name):
    assert np.isnan(getattr(ratios, name)(noise(7, 9)))


@pytest.mark.parametrize("name", QUANTSTATS)
def test_no_days_bear_no_figure(name):
    assert np.isnan(getattr(ratios, name)([]))


def test_a_nav_that_stands_still_has_growth_but_no_ratio():
    still = np.zeros(50)
    plain = ["total_return", "cagr", "volatility", "max_drawdown"]
    assert [getattr(ratios, name)(still) for name in plain] == [0, 0, 0, 0]
    for name in set(QUANTSTATS) - set(plain):
        assert np.isnan(getattr(ratios, name)(still))


def test_gains_alone_have_no_measure_of_loss():
    gains = np.linspace(0.001, 0.01, 30)
    for name in ("sortino", "calmar", "profit_factor", "win_loss_ratio"):
        assert np.isnan(getattr(ratios, name)(gains))
    assert ratios.win_rate(gains) == 1


@given(st.lists(st.decimals(-1, 2, places=6).map(float), max_size=40))
def test_any_series_gives_numbers_without_warnings(returns):
    figures = {name: getattr(ratios, name)(returns) for name in QUANTSTATS}
    assert all(isinstance(figure, float) for figure in figures.values())
    assert not any(np.isinf(figure) for figure in figures.values())
    if returns:
        assert -1 <= figures["max_drawdown"] <= 0
        assert figures["total_return"] >= -1
