"""The backtest in sentences: nothing is better unless interval and search both say so."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tests.reporting.fabricated_backtest import FAMILIES, STRATEGIES, TRADED, fabricate_backtest

from vn30_training.reporting.backtest_verdicts import called, verdict
from vn30_training.reporting.backtest_words import takeaways

COUNT = len(FAMILIES) * len(STRATEGIES) * len(TRADED)


@pytest.fixture(scope="module")
def tables():
    return fabricate_backtest()


def told(tables, about: str, **changes) -> str:
    performance = tables.performance.assign(**changes)
    sentences = takeaways(replace(tables, performance=performance))
    return next((one.text for one in sentences if one.about == about), "")


@pytest.mark.parametrize(
    ("low", "high", "dsr", "word"),
    [
        (0.01, 0.09, 0.96, "better"),
        (0.01, 0.09, 0.94, "no better"),
        (0.01, 0.09, np.nan, "no better"),
        (-0.01, 0.09, 0.99, "no better"),
        (0.0, 0.09, 0.99, "no better"),
        (-0.09, -0.01, 0.99, "worse"),
        (np.nan, np.nan, 0.99, "not judged"),
    ],
)
def test_better_needs_interval_and_deflated_sharpe(low, high, dsr, word):
    assert verdict({"excess_low": low, "excess_high": high, "dsr": dsr}) == word


def test_no_better_is_what_is_said_of_luck(tables):
    text = told(tables, "Buy and hold", excess_low=-0.1, excess_high=0.1)
    assert text.startswith(f"None of {COUNT} strategies is shown to be better than buy and hold")
    assert f"0 of {COUNT} are ahead" in text


def test_an_interval_without_the_search_allowed_for_is_no_claim(tables):
    text = told(tables, "Buy and hold", excess_low=0.01, excess_high=0.1, dsr=0.5)
    assert text.startswith("None of")
    assert f"{COUNT} of {COUNT} are ahead" in text


def test_what_both_tests_show_is_named_and_counted(tables):
    own = tables.performance["rebalance"].eq("weekly") & tables.performance["strategy"].eq("topk_5")
    sure = own & tables.performance["scope"].eq("symbol")
    low = np.where(sure, 0.01, -0.1)
    text = told(tables, "Buy and hold", excess_low=low, excess_high=0.2, dsr=0.99)
    assert text.startswith(
        "lightgbm (per symbol), topk_5, weekly is better than buy and hold after costs, "
        f"1 of {COUNT}; 0 of them are worse"
    )


def with_index(tables, low):
    """Take a benchmark for the index, and let ``low`` bound what strategies lead it by."""
    named = {"equal_weight": "price_index"}
    excess = tables.excess.replace({"benchmark": named})
    return replace(
        tables,
        performance=tables.performance.replace({"strategy": named}),
        excess=excess.assign(low=np.where(excess["benchmark"] == "price_index", low, 9.0)),
    )


@pytest.mark.parametrize(
    ("low", "words"),
    [
        (-0.01, f"0 of {COUNT} strategies are ahead of it by the interval of the excess, 0 by"),
        (0.01, f"{COUNT} strategies are ahead of it by the interval of the excess, 0 by more"),
        (0.03, f"excess, {COUNT} by more than 2 % a year"),
    ],
)
def test_an_index_without_dividends_is_said_to_flatter(tables, low, words):
    text = told(with_index(tables, low), "Price index")
    assert "without dividends, which the returns of stocks here have" in text
    assert words in text


def test_without_an_index_nothing_is_said_of_one(tables):
    assert told(tables, "Price index") == ""


def test_benchmarks_are_no_strategies(tables):
    held = tables.performance["family"] == "benchmark"
    text = told(tables, "Buy and hold", excess_low=np.where(held, 0.1, -0.1), dsr=0.99)
    assert text.startswith("None of")


def test_the_best_of_many_is_told_with_the_trials_and_never_praised(tables):
    text = told(tables, "The best of many")
    best = tables.strategies.sort_values("sharpe").iloc[-1]
    assert f"{best['sharpe']:.2f}" in text
    assert "flattered by being picked" in text
    assert "57 trials" in text
    assert "cannot be told from luck" in text
    assert "not above buy and hold" in told(tables, "The best of many", dsr=0.99)


def test_costs_are_told_by_rebalance(tables):
    medians = tables.strategies.groupby("rebalance")["costs_a_year"].median()
    text = told(tables, "Costs")
    for name in TRADED:
        assert f"{100 * medians[name]:.1f} % {name}" in text


def test_small_p_values_stand_beside_what_luck_gives(tables):
    chance = tables.chance.assign(random_p=[0.01, 0.04, *[0.5] * (COUNT - 2)])
    sentences = takeaways(replace(tables, chance=chance))
    text = next(one.text for one in sentences if one.about == "Random signals")
    assert text.startswith(f"2 of {COUNT} strategies have")
    assert "1,000 for each" in text
    assert "luck alone gives about 0.9" in text


def test_random_signals_that_trade_otherwise_are_told(tables):
    chance = tables.chance.assign(random_turnover=20.0)
    chance.loc[chance.index[:3], "random_turnover"] = [23.1, 16.9, 22.9]
    sentences = takeaways(replace(tables, chance=chance))
    text = next(one.text for one in sentences if one.about == "Random signals")
    assert "Their turnover is 1.00 times its own in the median strategy" in text
    assert text.endswith("more than 15 % off in 2.")


def test_what_stands_at_an_old_price_at_the_end_is_told(tables):
    assert "without a price" not in told(tables, "Positions")
    share = tables.performance["unpriced_at_end"].copy()
    share[tables.strategies.index[2]] = 0.19
    text = told(tables, "Positions", unpriced_at_end=share)
    assert "At the end up to 19 % of NAV" in text


def test_the_largest_position_is_named(tables):
    largest = tables.performance["largest_position"].copy()
    place = tables.strategies.index[4]
    largest[place] = 0.31
    text = told(tables, "Positions", largest_position=largest)
    named = tables.performance.loc[place]
    assert "2 % of the sessions in the median strategy, at most on 2 %" in text
    assert f"31 % of NAV ({called(named)}), the largest sector 61 %." in text


def test_reasons_are_added_up(tables):
    unfilled = tables.unfilled.assign(orders=0)
    unfilled.loc[unfilled.index[0], "orders"] = 7
    sentences = takeaways(replace(tables, unfilled=unfilled))
    text = next(one.text for one in sentences if one.about == "Orders")
    assert "7 orders were not" in text
    assert "at ceiling (7)" in text


def test_caveats_come_first(tables):
    assert takeaways(tables, ["Nothing was audited."])[0].text == "Nothing was audited."


def test_nothing_known_is_nothing_claimed(tables):
    figures = tables.performance.select_dtypes("float").columns
    unknown = dict.fromkeys(figures, np.nan)
    assert "No strategy could be held" in told(tables, "Buy and hold", **unknown)
    empty = replace(tables, performance=tables.performance.iloc[:0])
    assert [one.text for one in takeaways(empty)] == ["No strategy was traded."]


def test_tables_that_were_never_made_are_passed_over(tables):
    bare = pd.DataFrame(columns=["family", "scope", "strategy", "rebalance"])
    names = ("unfilled", "stops", "sensitivity", "chance", "notes", "trades")
    sentences = takeaways(replace(tables, **dict.fromkeys(names, bare)))
    abouts = {one.about for one in sentences}
    assert abouts == {"Buy and hold", "The best of many", "Costs", "Falls", "Positions"}
