import warnings

import numpy as np
import pandas as pd
import pytest
from tests.trading.days import BY, CAPITAL, days_of, noise, sessions

from vn30_training.evaluation.sharpe import deflated_sharpe, probabilistic_sharpe
from vn30_training.trading.cost_analysis import break_even_cost
from vn30_training.trading.drawdowns import drawdown_table
from vn30_training.trading.excess import excess_table
from vn30_training.trading.performance import FIGURES, performance_table
from vn30_training.trading.returns import STRATEGY, with_returns

DAYS = 300
TRIALS = {"count": 40, "excess_sharpe_variance": 0.002}
MARKET = pd.Series(noise(99, DAYS), sessions(DAYS + 1)[1:], name="buy_and_hold")


def days(seed: int = 1, strategy: str = "own") -> pd.DataFrame:
    traded = np.r_[0, np.full(DAYS, CAPITAL // 20)]
    money = {"turnover": traded, "fees": traded // 600, "taxes": traded // 2_000}
    return days_of(noise(seed, DAYS), strategy, **money, slippage=traded // 900, exposure=0.8)


def test_a_row_says_what_its_parts_say():
    table = performance_table(days(), MARKET, TRIALS, BY)
    row, earned = table.iloc[0], with_returns(days(), BY)
    net = earned["net"].to_numpy()
    for name, figure in FIGURES.items():
        assert row[name] == figure(net)
    assert row["psr"] == probabilistic_sharpe(net)
    assert row["sharpe_low"] < row["sharpe"] < row["sharpe_high"]
    deepest = drawdown_table(days(), BY, top=1).iloc[0]
    for name in ("start", "trough", "end"):
        assert row[f"drawdown_{name}"] == deepest[name]
    assert row["max_drawdown"] == pytest.approx(deepest["depth"])
    assert row["turnover"] == pytest.approx(earned["traded"].mean() * 252)
    assert row["exposure"] == pytest.approx(0.8)
    assert row["gross_cagr"] > row["cagr"]
    excess = excess_table(days(), MARKET.to_frame(), BY).iloc[1]
    assert row["excess_return"] == excess["annualized_return"]
    assert (row["excess_low"], row["excess_high"]) == (excess["low"], excess["high"])
    assert row["information_ratio"] == excess["information_ratio"]
    assert row["excess_dsr"] == deflated_sharpe(net[1:] - MARKET.to_numpy(), 40, 0.002)
    assert row["trials"] == 40
    gross, traded = earned["gross"][1:], earned["traded"][1:]
    assert row["excess_break_even_cost"] == break_even_cost(gross, traded, MARKET.to_numpy())
    assert row["break_even_cost"] == break_even_cost(gross, traded)


def test_strategies_are_named_by_all_their_keys():
    keys = dict(zip(STRATEGY, ("lightgbm", "pooled", "topk", "weekly"), strict=True))
    other = dict(zip(STRATEGY, ("lightgbm", "pooled", "topk", "daily"), strict=True))
    daily = pd.concat([days(1).assign(**keys), days(2).assign(**other)])
    table = performance_table(daily, MARKET, TRIALS)
    assert table["rebalance"].tolist() == ["daily", "weekly"]
    alone = performance_table(days(1).assign(**keys), MARKET, TRIALS)
    pd.testing.assert_series_equal(table.iloc[1], alone.iloc[0], check_names=False)


@pytest.mark.parametrize("variance", [0.5, 0.0])
def test_no_more_than_chance_gives_is_luck_and_nothing_known_is_chance(variance):
    def deflated(spread):
        trials = {"count": 40, "excess_sharpe_variance": spread}
        return performance_table(days(), MARKET, trials, BY).loc[0, "excess_dsr"]

    assert deflated(variance) == deflated(1 / DAYS) < deflated(0.001)


DEGENERATE = {
    "still": days_of(np.zeros(DAYS)),
    "nine days": days_of(noise(1, 9)),
    "one day": days_of(noise(1, 1)),
    "the beginning only": days_of([]),
    "all lost": days_of(np.r_[noise(1, 20), -1.0, 0.0, 0.0]),
}


@pytest.mark.parametrize("kind", DEGENERATE)
def test_what_cannot_be_judged_gives_no_figure_and_no_warning(kind):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        table = performance_table(DEGENERATE[kind], MARKET, TRIALS, BY)
    row = table.iloc[0]
    assert np.isnan(row["break_even_cost"])
    if kind == "all lost":
        assert (row["total_return"], row["max_drawdown"], row["cagr"]) == (-1, -1, -1)
    else:
        assert row[["sharpe", "sharpe_low", "psr", "sortino", "calmar"]].isna().all()
    assert not np.isinf(table.select_dtypes("number").to_numpy()).any()


def test_no_strategies_make_an_empty_table():
    table = performance_table(days().iloc[:0], MARKET, TRIALS, BY)
    assert table.empty
    assert table.columns.tolist() == performance_table(days(), MARKET, TRIALS, BY).columns.tolist()


def test_no_figure_is_left_out_of_the_table():
    row = performance_table(days(), MARKET, TRIALS, BY).iloc[0]
    assert row.notna().all()


@pytest.mark.parametrize("unit", ["D", "s", "ns"])
def test_days_are_the_same_in_every_unit_of_time(unit):
    market = MARKET.set_axis(pd.DatetimeIndex(MARKET.index.to_numpy().astype(f"M8[{unit}]")))
    daily = days().astype({"date": "datetime64[s]"})
    expected = performance_table(days(), MARKET, TRIALS, BY)
    found = performance_table(daily, market, TRIALS, BY)
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)


def test_a_benchmark_of_other_days_says_nothing():
    table = performance_table(days(), MARKET.iloc[:0], TRIALS, BY)
    assert table.filter(like="excess").isna().all(axis=None)
    assert table["sharpe"].notna().all()
