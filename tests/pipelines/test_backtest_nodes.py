"""The nodes of the backtest with the user's files: what they read, and what comes of it."""

import numpy as np
import pandas as pd
import pytest
from kedro.pipeline import Pipeline
from tests.trading.order_market import order_market

from vn30_training.market.issues import DataError
from vn30_training.pipelines.backtest import create_pipeline, nodes
from vn30_training.trading.backtest_options import BacktestOptions

OPTIONS = BacktestOptions(strategies={}, benchmarks={"buy_and_hold": "monthly"}, random=0)
FIRST = {"date": "2024-01-02"}


@pytest.fixture(scope="module")
def market():
    return order_market()


@pytest.fixture
def index_file(market, tmp_path):
    """An index that gains a tenth of a per cent of its beginning each session."""
    days = [day for day in market.days if day >= pd.Timestamp("2023-12-25")]
    rows = [f"{day:%Y-%m-%d},{1000 + place}" for place, day in enumerate(days)]
    path = tmp_path / "index.csv"
    path.write_text("\n".join(["date,close", *rows]) + "\n")
    return path


def benchmarks(market, index=None, actions=None):
    known = nodes.read_user_actions(actions)
    levels = nodes.read_user_index(index, FIRST, market.panel, market.sessions)
    given = FIRST, market.panel, market.sessions, known, OPTIONS
    return nodes.backtest_benchmarks(levels, *given), given


def test_without_files_there_is_nothing_beside_what_anyone_can_do(market):
    tables, _ = benchmarks(market)
    assert set(tables["daily"]["strategy"]) == {"buy_and_hold"}


def test_an_index_is_one_benchmark_more_in_every_table(market, index_file):
    tables, given = benchmarks(market, index_file)
    daily, fills = tables["daily"], tables["fills"]
    own = daily[daily["strategy"] == "price_index"]
    held = daily[daily["strategy"] == "buy_and_hold"]
    assert own["date"].tolist() == held["date"].tolist()
    start = 1000 + int((market.days < FIRST["date"]).sum() - (market.days < "2023-12-25").sum())
    growth = 1 + np.arange(len(own)) / start
    assert own["nav"].tolist() == pytest.approx((growth * OPTIONS.capital).tolist(), abs=1)
    mine = held.assign(family="clever", scope="pooled", strategy="topk_8", rebalance="daily")
    both = pd.concat([daily, mine], ignore_index=True)
    judged = nodes.judge_backtests(both, fills, {"count": 1, "sharpe_variance": 0.0}, *given)
    row = judged["performance"].set_index("strategy").loc["price_index"]
    assert row["total_return"] == pytest.approx(growth[-1] - 1, abs=1e-8)
    assert row["exposure"] == 1
    assert row["trades"] == row["turnover"] == row["costs_a_year"] == 0
    assert set(judged["excess"]["benchmark"]) == {"buy_and_hold", "price_index"}
    assert nodes.log_backtests(daily, OPTIONS, {"source": "x", "symbols": {}}).popitem()[1] == []


def test_an_index_that_ends_too_soon_is_refused(market, index_file):
    text = index_file.read_text().splitlines()
    index_file.write_text("\n".join(text[:-10]) + "\n")
    with pytest.raises(DataError, match=r"D043 error index.csv:\d+: It has no level from"):
        benchmarks(market, index_file)


def test_dividends_of_the_file_are_paid_on_prices_as_traded_only(market, tmp_path):
    path = tmp_path / "actions.csv"
    path.write_text("symbol,ex_date,kind,cash_vnd,ratio\nFPT,2024-03-05,cash,2000,\n")
    paid = benchmarks(market, actions=path)[0]["daily"]
    assert paid.loc[paid["dividends"] > 0, "date"].tolist() == [pd.Timestamp("2024-03-05")]
    shares = paid["dividends"].sum() / 2000
    fills = benchmarks(market, actions=path)[0]["fills"]
    bought = fills[(fills["symbol"] == "FPT") & (fills["date"] < "2024-03-05")]
    assert shares == bought["filled"].sum() > 0
    adjusted = OPTIONS.model_copy(update={"basis": "adjusted"})
    known = nodes.read_user_actions(path)
    given = FIRST, market.panel, market.sessions
    free = nodes.backtest_benchmarks(nodes.NO_INDEX, *given, known, adjusted)["daily"]
    none = nodes.backtest_benchmarks(nodes.NO_INDEX, *given, nodes.NO_ACTIONS, adjusted)["daily"]
    pd.testing.assert_frame_equal(free, none)


def test_the_users_files_come_before_all_that_depends_on_them():
    pipeline = Pipeline(create_pipeline(["ridge"], "walk_forward"))
    inputs = {node.name: set(node.inputs) for node in pipeline.nodes}
    assert {"raw_actions", "raw_index"} <= pipeline.inputs()
    for name in ("ridge.VN30.backtest", "backtest_benchmarks", "judge_backtests"):
        assert "corporate_actions" in inputs[name]
    assert "index_levels" in inputs["backtest_benchmarks"]
    assert not any("index_levels" in inputs[name] for name in inputs if name.startswith("ridge"))
