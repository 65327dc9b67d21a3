"""The backtest's figures: values as the tables have them, thinned without losing a depth."""

import numpy as np
import pandas as pd
import pytest
from tests.reporting.fabricated_backtest import TRADED, fabricate_backtest

from vn30_training.reporting.backtest_gallery import shown
from vn30_training.reporting.figures.beside_benchmark import cost_figure, excess_figure
from vn30_training.reporting.figures.crises import crises_figure
from vn30_training.reporting.figures.equity import equity_figure
from vn30_training.reporting.figures.returns_heatmap import returns_figure
from vn30_training.reporting.figures.underwater import underwater_figure
from vn30_training.reporting.figures.unfilled import unfilled_figure
from vn30_training.reporting.figures.variants import MOST_POINTS, thinned
from vn30_training.reporting.figures.yearly_costs import yearly_costs_figure
from vn30_training.trading.drawdowns import underwater


@pytest.fixture(scope="module")
def tables():
    return fabricate_backtest()


@pytest.fixture(scope="module")
def given(tables):
    return next(iter(shown(tables).values()))[1]


def of(table: pd.DataFrame, rebalance: str) -> pd.DataFrame:
    return table[table["rebalance"] == rebalance]


def trace(figure, name: str):
    return next(one for one in figure.data if one.name == name)


def test_series_keep_their_ends_and_their_depths():
    random = np.random.default_rng(0)
    days = pd.Series(random.normal(size=1900), pd.bdate_range("2018-01-01", periods=1900))
    last, deepest = thinned(days), thinned(days, "min")
    assert len(last) == len(deepest) == MOST_POINTS
    assert (last.iloc[0], last.iloc[-1]) == (days.iloc[0], days.iloc[-1])
    assert (days.reindex(last.index) == last).all()
    assert deepest.min() == days.min()
    short = days.iloc[:MOST_POINTS]
    pd.testing.assert_series_equal(thinned(short), short)


def test_equity_begins_at_one_and_ends_where_money_did(given):
    figure = equity_figure(given.own.days, given.own.gross, given.benchmarks.days)
    assert figure.layout.yaxis.type == "log"
    for name in TRADED:
        for kind, table in (("net", given.own.days), ("gross", given.own.gross)):
            nav = of(table, name)["nav"]
            line = trace(figure, f"{name}, {kind}")
            assert line.y[0] == 1
            assert line.y[-1] == pytest.approx(nav.iloc[-1] / nav.iloc[0], rel=1e-4)
    for name in ("buy_and_hold", "equal_weight", "momentum_12_1", "reversal_5"):
        assert trace(figure, name)


def test_a_nav_of_nothing_ends_the_line(given):
    days = given.own.days.copy()
    days.loc[days.index[50:], "nav"] = 0
    figure = equity_figure(days, given.own.gross.iloc[:0], given.benchmarks.days.iloc[:0])
    assert all(value > 0 for one in figure.data for value in one.y)


def test_the_deepest_fall_is_in_the_picture(given):
    figure = underwater_figure(given.own.days, given.benchmarks.days.iloc[:0])
    for name in TRADED:
        deepest = 100 * underwater(of(given.own.days, name)["nav"]).min()
        assert min(trace(figure, name).y) == pytest.approx(deepest, rel=1e-4)


def test_months_compound_to_the_year_and_the_whole(given):
    figure = returns_figure(given.own.monthly)
    grid = figure.data[0]
    assert list(grid.x)[-1] == "year"
    z = np.array(grid.z, dtype=float) / 100
    np.testing.assert_allclose(z[:, -1], np.nanprod(1 + z[:, :-1], axis=1) - 1)
    nav = of(given.own.days, "weekly")["nav"]
    rows = [place for place, name in enumerate(grid.y) if name.startswith("weekly")]
    assert np.prod(1 + z[rows, -1]) == pytest.approx(nav.iloc[-1] / nav.iloc[0])
    assert [name.split()[0] for name in grid.y[:: len(rows)]] == list(TRADED)


def test_bars_add_up_to_what_was_traded_and_paid(given):
    figure = yearly_costs_figure(given.own.days)
    for name in TRADED:
        days = of(given.own.days, name)
        traded, cost = (one for one in figure.data if one.name == name)
        assert sum(traded.y) == pytest.approx(days["traded"].sum(), abs=1e-3)
        assert sum(cost.y) == pytest.approx(100 * days["cost"].sum(), abs=1e-3)
        assert "fees" in cost.customdata[0]


def test_what_the_market_refused_stands_above_what_waited(given):
    figure = unfilled_figure(given.own.unfilled)
    bars = {one.name: dict(zip(one.y, one.x, strict=True)) for one in figure.data}
    for record in given.own.unfilled.to_dict("records"):
        whose = "market" if record["reason"] in ("at ceiling", "at floor") else "own"
        label = f"{whose}, {record['side']}: {record['reason']}"
        assert bars[record["rebalance"]][label] == record["orders"]
    labels = list(figure.data[0].y)
    assert [label.split(",")[0] for label in labels] == ["market"] * 2 + ["own"] * 3
    totals = [sum(own[label] for own in bars.values()) for label in labels]
    assert totals[:2] == sorted(totals[:2], reverse=True)
    assert totals[2:] == sorted(totals[2:], reverse=True)


def test_regimes_hold_strategies_above_benchmarks(given):
    figure = crises_figure(given.own.regimes, given.benchmarks.regimes)
    grid = figure.data[0]
    assert (
        [name for name in grid.y if name.endswith("net")]
        == [f"{name}, net" for name in TRADED]
        == list(grid.y[:3])
    )
    assert len(grid.y) == 3 + 4
    z = np.array(grid.z, dtype=float) / 100
    nav = of(given.own.days, "daily")["nav"]
    assert np.prod(1 + z[0]) == pytest.approx(nav.iloc[-1] / nav.iloc[0])


def test_every_excess_has_its_interval(tables):
    figure = excess_figure(tables.strategies)
    ends = [
        (x - below, x + above)
        for one in figure.data
        for x, below, above in zip(one.x, one.error_x.arrayminus, one.error_x.array, strict=True)
    ]
    wanted = 100 * tables.strategies[["excess_low", "excess_high"]].to_numpy()
    np.testing.assert_allclose(sorted(ends), sorted(map(tuple, wanted)), atol=2e-3)


def test_costs_lead_from_gross_to_net(tables):
    figure = cost_figure(tables.strategies, tables.benchmarks)
    lines = [one for one in figure.data if one.mode == "lines"]
    found = [end for one in lines for end in one.x if end is not None]
    wanted = 100 * tables.strategies[["gross_cagr", "cagr"]].to_numpy()
    np.testing.assert_allclose(sorted(found), sorted(wanted.ravel()), atol=1e-3)
    held = tables.benchmarks.set_index("strategy").loc["buy_and_hold", "cagr"]
    assert figure.layout.shapes[0].x0 == pytest.approx(100 * held)


@pytest.mark.parametrize("rebalance", ["yearly", "x"])
def test_other_rebalances_are_drawn_too(given, rebalance):
    days = given.own.days.assign(rebalance=rebalance)
    figure = equity_figure(days, given.own.gross.iloc[:0], given.benchmarks.days.iloc[:0])
    assert figure.data[0].name == f"{rebalance}, net"


def test_nothing_to_draw_is_said(given):
    none = [getattr(given.own, name).iloc[:0] for name in ("days", "gross", "monthly", "regimes")]
    days, gross, monthly, regimes = none
    for figure in (
        equity_figure(days, gross, given.benchmarks.days),
        underwater_figure(days, given.benchmarks.days),
        returns_figure(monthly),
        yearly_costs_figure(days),
        unfilled_figure(given.own.unfilled.iloc[:0]),
        crises_figure(regimes, given.benchmarks.regimes),
        excess_figure(given.own.performance.iloc[:0]),
        cost_figure(given.own.performance.iloc[:0], given.own.performance.iloc[:0]),
    ):
        assert len(figure.layout.annotations) == 1
        assert not figure.data
