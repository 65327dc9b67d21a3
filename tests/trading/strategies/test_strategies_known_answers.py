import re
from dataclasses import replace

import numpy as np
import pytest
from pydantic import ValidationError
from tests.trading.strategies.grids import LEAD, make_history, make_signals

from vn30_training.trading.optimisers.caps import Caps
from vn30_training.trading.plan import Stops
from vn30_training.trading.strategies.base import Moment, drifted
from vn30_training.trading.strategies.benchmarks import (
    BuyAndHold,
    EqualMembers,
    Momentum,
    Reversal,
)
from vn30_training.trading.strategies.filters import StockFilter
from vn30_training.trading.strategies.optimised import OptimisedWeights
from vn30_training.trading.strategies.registry import FROM_THE_BEST, PRESETS, make_strategy
from vn30_training.trading.strategies.score_weighted import ScoreWeighted
from vn30_training.trading.strategies.threshold import Threshold
from vn30_training.trading.strategies.topk import TopkDropout
from vn30_training.trading.strategies.volatility_target import (
    VolatilityTarget,
    expected_volatility,
)

NAN = float("nan")
ALWAYS = np.ones(120, dtype=bool)


def at(score, *, y_pred=None, p_up=None, held=None, eligible=None, row=-1):
    """Return a moment of the first stocks of the market, with the given forecasts."""
    history = make_history().until(len(make_history().dates) - 1)
    score = np.concatenate([np.asarray(score, float), np.full(12 - len(score), NAN)])
    full = {
        name: score if given is None else np.concatenate([given, np.full(12 - len(given), NAN)])
        for name, given in (("y_pred", y_pred), ("p_up", p_up))
    }
    stocks = np.zeros(12)
    stocks[: len(held or [])] = held or []
    allowed = np.ones(12, bool) if eligible is None else eligible
    return Moment(score, full["y_pred"], full["p_up"], history, allowed, stocks)


def test_ranks_of_positive_scores():
    weights = ScoreWeighted().wanted(at([0.3, -1.0, 0.1, 0.2, 0.2])).weights
    np.testing.assert_allclose(weights[:5], np.array([4, 0, 1, 2.5, 2.5]) / 10)
    assert (weights[5:] == 0).all()


def test_softmax_of_positive_scores():
    scores = np.array([1.0, 2.0, -3.0])
    weights = ScoreWeighted(method="softmax", temperature=0.5).wanted(at(scores)).weights
    sizes = np.exp(scores[:2] / (0.5 * scores.std()))
    np.testing.assert_allclose(weights[:3], [*(sizes / sizes.sum()), 0])


def test_without_a_positive_score_all_is_cash():
    for method in ("rank", "softmax"):
        assert (ScoreWeighted(method=method).wanted(at([-1.0, 0.0])).weights == 0).all()


def test_threshold_enters_above_one_level_and_leaves_below_another():
    strategy = Threshold(enter=0.02, leave=0.01, positions=4)
    first = strategy.wanted(at([0.03, 0.015, 0.02])).weights
    np.testing.assert_allclose(first[:3], [0.25, 0, 0])
    assert strategy.wanted(at([0.01, 0.015, 0.02], held=[0.26])).weights is None
    later = strategy.wanted(at([0.009, 0.03, 0.05], held=[0.26])).weights
    np.testing.assert_allclose(later[:3], [0, 0.25, 0.25])


def test_threshold_keeps_what_it_has_before_it_buys_the_best():
    strategy = Threshold(enter=0.02, leave=0.0, positions=2)
    weights = strategy.wanted(at([0.01, 0.03, 0.09, 0.05], held=[0.5])).weights
    np.testing.assert_allclose(weights[:4], [0.5, 0, 0.5, 0])


def test_threshold_by_probability_reads_probabilities_only():
    strategy = Threshold(by="probability", enter=0.55, leave=0.5, positions=2)
    weights = strategy.wanted(at([9.0, 9.0], p_up=[0.5, 0.56])).weights
    np.testing.assert_allclose(weights[:2], [0, 0.5])


def test_threshold_sells_a_stock_that_may_not_be_held():
    allowed = np.ones(12, bool)
    allowed[0] = False
    weights = Threshold().wanted(at([0.5], held=[0.1], eligible=allowed)).weights
    assert (weights == 0).all()


def test_levels_out_of_order_are_refused():
    with pytest.raises(ValidationError, match="not above"):
        Threshold(enter=0.0, leave=0.1)


def test_expected_volatility_is_that_of_the_exponential_covariance():
    rng = np.random.default_rng(3)
    returns, weights = 0.02 * rng.standard_normal((250, 4)), np.array([0.4, 0.3, 0.2, 0.0])
    covariance, total = np.zeros((4, 4)), 0.0
    for past in returns:
        covariance = 0.9 * covariance + np.outer(past, past)
        total = 0.9 * total + 1
    slow = np.sqrt(252 * weights @ covariance @ weights / total)
    assert expected_volatility(weights, returns, 0.9) == pytest.approx(slow, rel=1e-9)


def test_volatility_target_scales_down_but_never_up():
    now = at([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0])
    full = VolatilityTarget(target=10.0).wanted(now).weights
    half = VolatilityTarget(target=0.05).wanted(now).weights
    assert full.sum() == pytest.approx(1)
    assert expected_volatility(half, now.past.returns, 0.94) == pytest.approx(0.05)
    np.testing.assert_allclose(half / half.sum(), full)


def test_topk_scores_are_those_of_stocks_that_may_be_held():
    signals = make_signals()
    rows = ALWAYS.copy()
    rows[50] = False
    plan = make_strategy("topk_5").decide(signals, make_history(), rows).plan
    assert (plan.topk, plan.n_drop, plan.max_weight) == (5, 1, 0.2)
    assert np.isnan(plan.scores[[*range(10), 50]]).all()
    np.testing.assert_array_equal(plan.scores[60, :10], signals.score[60, :10])
    assert np.isnan(plan.scores[:, 11]).all()
    # the late stock has 60 bars at row 359 of the history
    assert np.isnan(plan.scores[: 359 - LEAD, 10]).all()
    assert np.isfinite(plan.scores[359 - LEAD :, 10]).all()


def test_topk_takes_no_sector_cap():
    with pytest.raises(ValidationError, match="sector"):
        TopkDropout(caps=Caps(sector=0.4))


def test_filters_one_by_one():
    past = make_history()
    past.value[-20:, 0] = 1e9
    past.value[-1, 1] = 0.0
    past.member[-1, 2] = False
    assert StockFilter().passes(past).tolist() == [False] * 3 + [True] * 8 + [False]
    assert StockFilter(minimum_sessions=101).passes(past)[10] == np.False_
    assert StockFilter(minimum_value=1e9).passes(past)[0]


def test_equal_weight_is_of_the_members_that_day():
    weights = EqualMembers().decide(make_signals(), make_history(), ALWAYS).plan.weights
    np.testing.assert_allclose(weights[15, :10], 1 / 10)
    np.testing.assert_allclose(weights[-1, :11], 1 / 11)
    assert (weights[10:, 11] == 0).all()


def test_buy_and_hold_decides_once():
    weights = BuyAndHold().decide(make_signals(), make_history(), ALWAYS).plan.weights
    assert np.flatnonzero(~np.isnan(weights).any(axis=1)).tolist() == [10]


def test_momentum_and_reversal_take_winners_and_losers():
    history, signals = make_history(), make_signals()
    price = history.price[: LEAD + 101, :10]
    plan = Momentum(count=3, caps=Caps(stock=1)).decide(signals, history, ALWAYS).plan
    winners = np.argsort(price[-22] / price[-253])[-3:]
    assert set(np.flatnonzero(plan.weights[100])) == set(winners)
    plan = Reversal(count=3, caps=Caps(stock=1)).decide(signals, history, ALWAYS).plan
    losers = np.argsort(history.price[LEAD + 100, :11] / history.price[LEAD + 95, :11])[:3]
    assert set(np.flatnonzero(plan.weights[100])) == set(losers)
    np.testing.assert_allclose(plan.weights[100].max(), 1 / 3)


def test_momentum_without_a_year_of_prices_says_so():
    history, signals = make_history(), make_signals()
    names = ("dates", "price", "returns", "value", "valued", "member")
    short = replace(history, **{name: getattr(history, name)[LEAD:] for name in names})
    decided = Momentum().decide(signals, short, ALWAYS)
    reasons = [note.reason for note in decided.notes]
    assert reasons[-1] == "less than a year of prices"
    assert len(reasons) == 110
    assert np.isnan(decided.plan.weights).all()


def test_drifted_weights_are_those_of_money():
    money = np.array([30.0, 20.0]) * np.array([1.1, 0.5])
    expected = money / (money.sum() + 50.0)
    np.testing.assert_allclose(drifted(np.array([0.3, 0.2]), np.array([1.1, 0.5])), expected)


def test_optimised_starts_from_what_drifted_since_the_last_decision():
    still = {"optimiser": "turnover_aware", "options": {"cost": 0.9, "holding": 1}}
    history, signals = make_history(), make_signals()
    rows = np.zeros(120, bool)
    rows[[20, 60]] = True
    weights = OptimisedWeights(**still, caps=Caps(stock=1)).decide(signals, history, rows).plan
    grown = drifted(weights.weights[20], history.price[LEAD + 60] / history.price[LEAD + 20])
    np.testing.assert_allclose(weights.weights[60], grown, atol=0.01)


def test_a_failure_is_shown_with_its_day():
    signals = make_signals()
    signals.y_pred[30] = -0.01
    strategy = OptimisedWeights(optimiser="mean_variance")
    rows = np.zeros(120, bool)
    rows[[30, 31]] = True
    decided = strategy.decide(signals, make_history(), rows)
    (note,) = decided.notes
    reason = "no expected return is above zero: equal weights instead"
    assert (note.date, note.reason) == (signals.dates[30], reason)
    assert np.ptp(decided.plan.weights[30, :10]) == pytest.approx(0)


def test_optimised_chooses_from_the_best_with_a_whole_window():
    signals, history = make_signals(), make_history()
    strategy = OptimisedWeights(optimiser="equal_weight", best=5, caps=Caps(stock=1))
    plan = strategy.decide(signals, history, ALWAYS).plan
    best = np.argsort(signals.score[90, :10])[-5:]
    assert set(np.flatnonzero(plan.weights[90])) == set(best)


@pytest.mark.parametrize("name", FROM_THE_BEST)
def test_an_optimiser_named_by_itself_spreads_over_the_best_under_caps(name):
    signals, history = make_signals(), make_history()
    rows = np.zeros(120, bool)
    rows[90] = True
    options = {"best": 6, "caps": {"stock": 0.25, "sector": 0.6}}
    weights = make_strategy(name, options).decide(signals, history, rows).plan.weights[90]
    best = np.argsort(np.nan_to_num(signals.score[90, :10], nan=-9))[-6:]
    assert set(np.flatnonzero(weights)) <= set(best)
    assert weights.max() <= 0.25
    own = make_strategy(name)
    assert (own.optimiser, own.best, own.caps) == (name, 15, Caps(stock=0.15, sector=0.40))


def test_stops_are_handed_to_the_exchange():
    stops = {"loss": 0.05, "profit": 0.15}
    for name in ("topk_8", "threshold_return"):
        decided = make_strategy(name, {"stops": stops}).decide(
            make_signals(), make_history(), ALWAYS
        )
        assert decided.plan.stops == Stops(0.05, 0.15)


def test_every_preset_can_be_made_and_an_unknown_name_is_refused():
    for name in PRESETS:
        make_strategy(name)
    with pytest.raises(ValueError, match="no strategy 'magic'"):
        make_strategy("magic")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"topkk": 1}, "topk_5.topkk: no such option; did you mean 'topk'?"),
        ({"topk": 0}, "topk_5.topk: Input should be greater than or equal to 1 (got 0)"),
        ({"n_drop": 6}, "topk_5: n_drop is at most topk"),
        ({"stops": {"los": 0.05}}, "topk_5.stops.los: no such option; did you mean 'loss'?"),
        ({"stops": {"loss": 5}}, "topk_5.stops: Stops are shares of the price, 0.05 for 5 %"),
        ({"stops": {"profit": "a lot"}}, "topk_5.stops.profit: Input should be a valid number"),
        ({"stops": 0.05}, "topk_5.stops: Input should be a dictionary"),
        ({"caps": {"stok": 0.1}}, "topk_5.caps.stok: no such option; did you mean 'stock'?"),
    ],
)
def test_a_wrong_option_is_told_with_its_place_and_what_is_right(options, words):
    with pytest.raises(ValueError, match=re.escape(words)) as caught:
        make_strategy("topk_5", options)
    assert "pydantic" not in str(caught.value)


def test_a_history_of_other_sessions_is_refused():
    signals = make_signals()
    with pytest.raises(ValueError, match="all their sessions"):
        EqualMembers().decide(signals, make_history().until(300), ALWAYS)


@pytest.mark.parametrize("name", ["topk_8", "score_rank", "optimised", "buy_and_hold"])
def test_where_no_stock_passes_nothing_is_done_and_it_is_said(name):
    history = make_history()
    history.value[LEAD + 40 :] = 0.0
    decided = make_strategy(name).decide(make_signals(), history, ALWAYS)
    grid = decided.plan.scores if name == "topk_8" else decided.plan.weights
    assert np.isnan(grid[40:]).all()
    assert len(decided.notes) == 80
    assert {note.reason for note in decided.notes} == {"no stock passes the filter"}
