"""From forecasts to tables of days: every strategy, costs, luck, and nothing of tomorrow."""

import numpy as np
import pandas as pd
import pytest

from vn30_training.datasets import FrameDataset
from vn30_training.features.labels import LabelOptions, build_labels
from vn30_training.market.membership import build_panel
from vn30_training.market.sessions import build_sessions
from vn30_training.market.simulated import SimulatedMarketOptions, simulate
from vn30_training.models.contract import QUANTILE_COLUMNS
from vn30_training.trading.backtest import Market, backtest, backtest_benchmarks
from vn30_training.trading.backtest_options import BacktestOptions, Entry
from vn30_training.trading.backtest_tables import BENCHMARK
from vn30_training.trading.returns import STRATEGY, with_returns

SYMBOLS = ("ACB", "FPT", "GAS", "HPG", "MSN", "SSI", "VCB", "VIC")
OPTIONS = BacktestOptions(
    strategies={
        "topk": {"strategy": "topk_dropout", "topk": 3, "n_drop": 1},
        "score_rank": {"stock_filter": {"minimum_value": 0, "minimum_sessions": 1}},
        "seldom": {
            "strategy": "inverse_volatility",
            "rebalance": ["monthly"],
            "best": 4,
            "caps": {"stock": 0.2},
        },
    },
    rebalance=("daily", "monthly"),
    benchmarks={"buy_and_hold": "monthly", "equal_weight": "monthly"},
    random=20,
)
NO_LUCK = OPTIONS.model_copy(update={"random": 0})


@pytest.fixture(scope="module")
def traded():
    """Panel, sessions, and forecasts of the last year that know the return a little."""
    market = simulate(SimulatedMarketOptions(symbols=SYMBOLS, start="2022-01-01", end="2024-06-28"))
    sessions = build_sessions(market.prices)
    panel = build_panel(market.prices, sessions, market.members, market.sectors)
    labels = build_labels(panel, sessions, LabelOptions())
    own = labels[labels["date"] >= "2023-06-30"].reset_index(drop=True)
    noise = np.random.default_rng(0).normal(size=len(own))
    score = 30 * own["y_raw"].fillna(0).to_numpy() + noise
    forecasts = own[["date", "symbol", "trade_date", "label_end", "member"]].assign(
        **{"family": "clever", "scope": "pooled", "seed": 0, "fold": 1, "y_true": own["y_raw"]},
        **{"score": score, "y_pred": 0.01 * score, "p_up": 0.5},
        **dict.fromkeys(QUANTILE_COLUMNS, 0.0),
    )
    return panel, sessions, forecasts


def run(panel, sessions, forecasts, options=NO_LUCK):
    market = Market.of(panel, sessions, forecasts["date"].min(), options)
    return backtest(forecasts, market, options)


@pytest.fixture(scope="module")
def tables(traded):
    return run(*traded, OPTIONS)


def test_every_strategy_is_tried_at_every_rebalance_or_its_own(tables, traded):
    sessions = traded[2]["date"].nunique()
    counts = tables["daily"].groupby(list(STRATEGY)).size()
    tried = [(name, often) for name in ("topk", "score_rank") for often in ("daily", "monthly")]
    expected = {("clever", "pooled", *one) for one in [*tried, ("seldom", "monthly")]}
    assert set(counts.index) == expected
    assert (counts == sessions).all()
    assert len(tables["stops"]) == len(tables["chance"]) == len(tables["drift"]) == 5


def test_costs_are_all_that_lies_between_gross_and_net(tables):
    daily, gross = tables["daily"], tables["gross"]
    first = daily.groupby(list(STRATEGY))["nav"].first()
    assert (first == OPTIONS.capital).all()
    last = [one.groupby(list(STRATEGY))["nav"].last() for one in (daily, gross)]
    assert (last[0] < last[1]).all()
    paid = daily.groupby(list(STRATEGY))[["fees", "taxes", "slippage"]].sum().sum(axis=1)
    assert (paid > 0).all()


def test_what_knows_the_return_beats_most_random_signals_before_the_month_is_over(tables):
    chance = tables["chance"].set_index(["strategy", "rebalance"])
    assert chance.loc[("topk", "daily"), "random_p"] < 0.2
    assert (chance["drawn"] == OPTIONS.random).all()
    assert chance["random_p"].between(1 / 21, 1).all()


def test_random_signals_trade_as_much(tables):
    chance = tables["chance"]
    assert ((chance["random_turnover"] / chance["turnover"] - 1).abs() < 0.1).all()
    daily = with_returns(tables["daily"]).groupby(list(STRATEGY))["traded"].mean() * 252
    own = chance.set_index(list(STRATEGY))["turnover"]
    pd.testing.assert_series_equal(own, daily[own.index], check_names=False)


def test_positions_are_those_that_drifted_from_their_caps(tables):
    drift = tables["drift"].set_index(["strategy", "rebalance"])
    exposure = tables["daily"].groupby(["strategy", "rebalance"])["exposure"].max()
    assert (drift["largest_position"] <= drift["largest_sector"] + 1e-12).all()
    assert (drift["largest_sector"] <= exposure[drift.index] + 1e-12).all()
    # A third of NAV is decided at 0.2 at most.
    assert drift.loc[("topk", "monthly"), "largest_position"] > 0.2
    assert 0 < drift.loc[("topk", "monthly"), "beyond_cap"] < 1


def test_where_an_optimiser_fell_back_is_noted_and_can_be_stored(tables, tmp_path):
    notes = tables["notes"]
    assert set(notes["strategy"]) == {"seldom"}
    why = "the caps let only 80% be invested: equal weights instead"
    assert (notes["reason"] == why).all()
    assert len(notes) == 13
    stored = FrameDataset(filepath=str(tmp_path / "07_model_output/notes.parquet"))
    stored.save(notes)
    pd.testing.assert_frame_equal(stored.load(), notes)


def test_scores_that_tell_no_stocks_apart_are_not_traded(traded):
    panel, sessions, forecasts = traded
    constant = forecasts.assign(score=0.0, family="zero")
    found = run(panel, sessions, pd.concat([forecasts, constant], ignore_index=True))
    assert set(found["daily"]["family"]) == {"clever"}
    assert run(panel, sessions, constant)["daily"].empty


def test_a_family_is_judged_where_it_forecasts_and_gaps_are_noted(traded):
    panel, sessions, forecasts = traded
    days = np.sort(forecasts["date"].unique())
    late = forecasts[forecasts["date"].between(days[60], days[150])].assign(family="late")
    hole = (days[90] <= late["date"]) & (late["date"] < days[110])
    found = run(panel, sessions, pd.concat([forecasts, late[~hole]], ignore_index=True))
    span = found["daily"][found["daily"]["family"] == "late"]["date"]
    assert (span.min(), span.max()) == (days[60], late["label_end"].max())
    notes = found["notes"][found["notes"]["strategy"] == "topk"].drop_duplicates("date")
    assert set(notes["family"]) == {"late"}
    assert notes["date"].tolist() == [days[0], days[90], days[151]]
    assert f"no forecasts up to {pd.Timestamp(days[109]):%Y-%m-%d}" in notes["reason"].iloc[1]


def test_positions_are_those_of_the_last_session_of_each_month(tables):
    positions, daily = tables["positions"], tables["daily"]
    weights = positions.groupby([*STRATEGY, "date"])["weight"].sum()
    exposure = daily.set_index([*STRATEGY, "date"])["exposure"]
    pd.testing.assert_series_equal(weights, exposure[weights.index], check_names=False)
    months = daily["date"].groupby(daily["date"].dt.to_period("M")).max()
    assert set(positions["date"]) == set(months[1:])
    assert (positions["shares"] > 0).all()


def test_the_future_changes_nothing_before_it(traded, tables):
    panel, sessions, forecasts = traded
    cut = np.sort(forecasts["date"].unique())[120]
    later = panel["date"] > cut
    noisy = panel.copy()
    factor = np.random.default_rng(1).uniform(0.5, 1.5, later.sum())
    for name in ("open", "high", "low", "close"):
        noisy.loc[later, name] *= factor
    unknown = forecasts.copy()
    unknown.loc[unknown["date"] > cut, ["score", "y_pred"]] = 0.123
    found = run(noisy, sessions, unknown)["daily"]
    before = [one[one["date"] <= cut].reset_index(drop=True) for one in (found, tables["daily"])]
    pd.testing.assert_frame_equal(*before, check_exact=True)
    assert not found["nav"].equals(tables["daily"]["nav"])


def test_benchmarks_trade_on_the_same_sessions_without_a_forecast(traded):
    panel, sessions, forecasts = traded
    market = Market.of(panel, sessions, forecasts["date"].min(), NO_LUCK)
    found = backtest_benchmarks(market, NO_LUCK)
    assert set(found["daily"]["family"]) == {BENCHMARK}
    assert set(found["daily"]["strategy"]) == {"buy_and_hold", "equal_weight"}
    turnover = found["daily"].groupby("strategy")["turnover"].sum()
    assert turnover["buy_and_hold"] < turnover["equal_weight"]
    assert found["chance"].empty
    assert {*STRATEGY, "random_p", "drawn"} <= set(found["chance"].columns)


def test_an_unknown_strategy_is_named(traded):
    options = NO_LUCK.model_copy(update={"strategies": {"topkk": Entry()}})
    with pytest.raises(ValueError, match="no strategy 'topkk'"):
        run(*traded, options)


def test_a_strategy_can_be_tried_twice_with_and_without_stops(traded):
    plain = {"strategy": "topk_dropout", "topk": 3, "n_drop": 1}
    stopped = {**plain, "stops": {"loss": 0.05, "profit": 0.15}}
    entries = {"topk": Entry(**plain), "topk_stops": Entry(**stopped)}
    options = NO_LUCK.model_copy(update={"strategies": entries})
    stops = run(*traded, options)["stops"].set_index(["strategy", "rebalance"])
    assert (stops.loc["topk", "stop_losses"] == 0).all()
    assert (stops.loc["topk_stops", "stop_losses"] > 0).all()
    assert (stops.loc["topk_stops", "take_profits"] > 0).any()
