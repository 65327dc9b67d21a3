import numpy as np
import pandas as pd
import pytest
from quantstats import stats
from tests.trading.days import BY, days_of, noise, sessions

from vn30_training.evaluation.regimes import regimes
from vn30_training.trading.periods import monthly_returns, regime_returns
from vn30_training.trading.ratios import max_drawdown, total_return


def returns_of(days: pd.DataFrame) -> pd.Series:
    return pd.Series(days["nav"].pct_change().to_numpy()[1:], pd.DatetimeIndex(days["date"][1:]))


def test_months_are_those_of_quantstats():
    days = days_of(noise(1, 400))
    found = monthly_returns(days, BY)
    theirs = stats.monthly_returns(returns_of(days), eoy=False)
    for month, value in zip(found["month"], found["return"], strict=True):
        there = theirs.loc[str(month.year), month.strftime("%b").upper()]
        assert value == pytest.approx(there, rel=1e-9)
    assert total_return(found["return"]) == pytest.approx(total_return(returns_of(days)))


def test_each_strategy_has_its_months():
    daily = pd.concat([days_of(noise(1, 40), "a"), days_of(noise(2, 40), "b")])
    pd.testing.assert_frame_equal(
        monthly_returns(daily, BY).loc[lambda table: table["strategy"] == "b", ["return"]],
        monthly_returns(days_of(noise(2, 40), "b"), BY)[["return"]].set_axis([3, 4, 5]),
    )


def test_regimes_part_the_days_and_their_returns():
    days = days_of(noise(3, 800)).assign(date=sessions(801, "2019-06-03"))
    market = pd.Series(noise(4, 800), sessions(801, "2019-06-03")[1:])
    found = regime_returns(days, market, BY)
    assert found["regime"].tolist() == [
        *("calm of 2019", "crash of 2020", "boom of 2020-21", "fall of 2022")
    ]
    assert found["n_days"].sum() == 800
    assert total_return(found["total_return"]) == pytest.approx(total_return(returns_of(days)))
    assert total_return(found["benchmark"]) == pytest.approx(total_return(market))
    crash = found.loc[found["regime"] == "crash of 2020"].iloc[0]
    own = returns_of(days)[regimes()["crash of 2020"] : np.datetime64("2020-03-31")]
    assert crash["max_drawdown"] == pytest.approx(max_drawdown(own))
    assert (crash["first"], crash["last"]) == (own.index[0], own.index[-1])


def test_a_benchmark_unknown_in_a_regime_has_no_return_there():
    days = days_of(noise(3, 50))
    found = regime_returns(days, pd.Series(dtype=float, index=pd.DatetimeIndex([])), BY)
    assert found["benchmark"].isna().all()


def test_too_few_days_give_empty_tables():
    short = days_of(noise(8, 5))
    assert monthly_returns(short.iloc[:1], BY).empty
    assert regime_returns(short.iloc[:1], returns_of(short), BY).empty
