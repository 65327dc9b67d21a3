"""What counts as a trial of a backtest, and what is called better than buy and hold after it."""

import json

import numpy as np
import pandas as pd
import pytest
from kedro.pipeline import Pipeline
from tests.trading.days import days_of, noise, sessions

from vn30_training.datasets import TrialsDataset
from vn30_training.market.vintage import fingerprint
from vn30_training.pipelines.backtest import nodes
from vn30_training.pipelines.backtest.pipeline import FORECASTS, create_pipeline
from vn30_training.reporting.backtest_verdicts import verdict
from vn30_training.trading.backtest_options import BacktestOptions, Entry
from vn30_training.trading.performance import performance_table
from vn30_training.trading.returns import with_returns

OPTIONS = BacktestOptions(strategies={"topk_8": {}}, benchmarks={"buy_and_hold": "monthly"})
SETTING = {"label": {"start": 1, "end": 3}, "features": {"mode": "clean"}, "members": "dated"}
DAYS = 3 * 252
VINTAGE = fingerprint(
    pd.DataFrame({"symbol": "FPT", "date": sessions(9), "close": np.arange(100.0, 109.0)})
)


def board(**options: object) -> list[dict]:
    own = {"features": "alpha158", "label": "y_z", "options": {"penalties": [1.0]}, **options}
    names = {"family": "ridge", "scope": "pooled"}
    return [{**names, "options": {**own, "scope": "VN30"}}, {**names, "status": "failed"}]


def table(seeds=(1,), n=300, **named: str) -> pd.DataFrame:
    """Days of strategies with such seeds, and of the market they trade in."""
    names = {"family": "ridge", "scope": "pooled", "rebalance": "daily"} | named
    held = {"family": "benchmark", "scope": "", "rebalance": "monthly"}
    return pd.concat(
        [
            days_of(noise(0, n), "buy_and_hold", **held),
            *(days_of(noise(seed, n), "topk_8", **names) for seed in seeds),
        ]
    )


def log_of(daily=None, options=OPTIONS, scores=None, **setting):
    known = scores or board()
    return nodes.log_backtests(
        table() if daily is None else daily,
        options,
        SETTING | setting,
        VINTAGE,
        *([record] for record in known),
    )


def logged(*arguments, **setting):
    (entry,) = log_of(*arguments, **setting).values()
    return entry["trials"]


def ids(*trials: list[dict]) -> set[str]:
    return {one["id"] for found in trials for one in found}


OTHERS = {
    "options": logged(scores=board(options={"penalties": [2.0]})),
    "features": logged(scores=board(features="alpha20")),
    "label column": logged(scores=board(label="y_rank")),
    "setting": logged(label={"start": 1, "end": 5}),
    "strategy": logged(
        options=OPTIONS.model_copy(update={"strategies": {"topk_8": Entry(topk=5)}})
    ),
    "rebalance": logged(table(rebalance="weekly")),
    "capital": logged(options=OPTIONS.model_copy(update={"capital": 10**10})),
    "profile": logged(options=OPTIONS.model_copy(update={"profile": "fees_only"})),
}


def test_whatever_makes_other_forecasts_or_trades_is_another_trial():
    assert len(ids(logged(), *OTHERS.values())) == 1 + len(OTHERS)


@pytest.mark.parametrize(
    "same",
    [
        {"daily": table(n=301)},
        {"options": OPTIONS.model_copy(update={"rebalance": ("daily",), "random": 7, "seed": 3})},
        {
            "options": OPTIONS.model_copy(
                update={"benchmarks": {**OPTIONS.benchmarks, "equal_weight": "monthly"}}
            )
        },
        {"scores": board()[::-1]},
    ],
    ids=["a session more", "fewer rebalances listed", "a benchmark more", "order"],
)
def test_what_changes_nothing_is_the_same_trial(same):
    assert ids(logged(**same)) == ids(logged())


@pytest.fixture
def log(tmp_path) -> TrialsDataset:
    return TrialsDataset(filepath=str(tmp_path / "08_reporting" / "trials.json"))


def test_retrained_models_add_up_and_a_rerun_adds_nothing(log):
    for penalty in (1.0, 2.0, 3.0, 3.0):
        scores = board(options={"penalties": [penalty]})
        log.save(log_of(scores=scores))
    (entry,) = log.load().values()
    assert len(entry["trials"]) == 3


@pytest.mark.parametrize("forecasts", FORECASTS)
def test_the_log_reads_what_the_forecasts_were_made_with(forecasts):
    whole = Pipeline(create_pipeline(["ridge", "lstm"], forecasts))
    (node,) = (node for node in whole.nodes if node.name == "log_backtests")
    source, scores, setting = FORECASTS[forecasts]
    assert {setting, f"{scores}_ridge", f"{scores}_lstm"} <= set(node.inputs)
    assert {f"{source}_ridge", f"{source}_lstm"} <= whole.inputs()


def test_a_trial_has_the_ratio_of_its_excess_per_session():
    net = with_returns(table())
    own, held = (net.loc[net["family"] == name, "net"].dropna() for name in ("ridge", "benchmark"))
    excess = own.to_numpy() - held.to_numpy()
    (found,) = logged()
    assert found["excess_sharpe"] == pytest.approx(excess.mean() / excess.std(ddof=1))
    assert found["sharpe"] == pytest.approx(own.mean() / own.std())


def test_a_log_of_before_the_excess_was_logged_still_counts(log):
    daily = pd.concat([table(), table((2,), family="lstm").query("family == 'lstm'")])
    new = log_of(daily)
    old = {"family": "ridge", "scope": "pooled", "sharpe": 9.0, "rank_ic": None, "n_days": 250}
    log.path.parent.mkdir()
    log.path.write_text(json.dumps({"0123.backtests": [{"id": "old", **old}]}))
    assert nodes.count_backtests(log.load(), VINTAGE)["excess_sharpe_variance"] == 0
    log.save(new)
    counted = nodes.count_backtests(log.load(), VINTAGE)
    ratios = [one["excess_sharpe"] for one in logged(daily)]
    assert counted["count"] == 1 + len(ratios)
    assert counted["excess_sharpe_variance"] == pytest.approx(np.var(ratios, ddof=1))


def judged(seed: int, market: float, edge: float, loss: float, count: int) -> list[str]:
    """Verdicts on strategies in a market of such a Sharpe ratio.

    The first has an information ratio of ``edge``, the others none; all but the first lose to
    costs, up to ``loss`` a year.
    """
    rng = np.random.default_rng(seed)
    held = rng.normal(market * 0.2 / 252, 0.2 / 252**0.5, DAYS)
    paid = np.linspace(0, loss, count) / 252
    excess = rng.normal(0, 0.08 / 252**0.5, (count, DAYS)) - paid[:, None]
    excess[0] += edge * 0.08 / 252
    names = {"scope": "pooled", "rebalance": "daily"}
    own = [
        days_of(held + one, "topk_8", **names, family=f"model {place:02d}")
        for place, one in enumerate(excess)
    ]
    daily = pd.concat([days_of(held, "buy_and_hold", **names, family="benchmark"), *own])
    log = nodes.log_backtests(daily, OPTIONS, SETTING, VINTAGE)
    counted = nodes.count_backtests(log, VINTAGE)
    benchmark = pd.Series(held, sessions(DAYS + 1)[1:])
    table = performance_table(daily[daily["family"] != "benchmark"], benchmark, counted)
    return [verdict(record) for record in table.sort_values("family").to_dict("records")]


@pytest.mark.slow
def test_a_rising_market_makes_no_strategy_better():
    found = [judged(seed, market=1.5, edge=0, loss=0, count=20) for seed in range(10)]
    assert np.mean(["better" in words for words in found]) <= 0.1


@pytest.mark.slow
def test_a_strong_excess_is_found_among_those_that_lose_to_costs():
    found = [judged(seed, market=0.2, edge=4, loss=0.3, count=8) for seed in range(10)]
    assert np.mean([words[0] == "better" for words in found]) >= 0.9
    assert not any("better" in words[1:] for words in found)
