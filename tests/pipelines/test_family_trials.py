"""What is logged where an instance is scored, and that it is what the whole logs."""

import numpy as np
import pandas as pd
import pytest
from tests.evaluation.conftest import forecast, market

from vn30_training.evaluation.splits import SplitOptions
from vn30_training.features.labels import LabelOptions
from vn30_training.market.vintage import fingerprint
from vn30_training.pipelines.data.nodes import tell_setting
from vn30_training.pipelines.evaluation.nodes import count_trials
from vn30_training.pipelines.family.trials import log_trial
from vn30_training.pipelines.report.nodes import log_trials
from vn30_training.pipelines.walk_forward import nodes as walk_forward

RETURNS = market(120, 1)
SCORE = np.random.default_rng(3).normal(size=len(RETURNS))
VINTAGE = fingerprint(
    RETURNS.assign(close=50_000.0 + np.arange(len(RETURNS))).sort_values(["symbol", "date"])
)
OPTIONS = {"family": "ridge", "scope": "VN30", "options": {"penalties": [1.0]}}
MEMBERS = pd.DataFrame({"symbol": ["FPT"], "start_date": pd.to_datetime([None])})
SETTING = {
    "members": MEMBERS,
    "universe": {"symbols": {"VCB": {}, "FPT": {}}},
    "label": LabelOptions(),
    "features": {"mode": "clean"},
    "split": SplitOptions(),
}
SCHEME = {"preset": "yearly", "valid": 250, "folds": [{"number": 1}, {"number": 2}]}


def setting(**changes):
    return tell_setting(**{**SETTING, **changes})


def one_trial(log):
    ((name, entry),) = log.items()
    (trial,) = entry["trials"]
    assert name.endswith(".signals")
    return trial


def logged(told, options=OPTIONS, **columns):
    rows = forecast(RETURNS, "ridge", SCORE).assign(**columns)
    return one_trial(log_trial(rows, options, told, VINTAGE))


def test_an_instance_of_all_stocks_logs_what_the_report_logs():
    rows = forecast(RETURNS, "ridge", SCORE)
    sound = pd.DataFrame({"family": ["ridge"], "scope": ["pooled"], "status": ["ok"]})
    sound = sound.assign(symbol=None, reason=None)
    board = [{"family": "ridge", "scope": "pooled", "options": OPTIONS}]
    whole = log_trials(rows, sound, setting(), VINTAGE, board)
    found = log_trial(rows, OPTIONS, setting(), VINTAGE)
    assert found == whole
    assert one_trial(found)["sharpe"] is not None
    assert count_trials(found, VINTAGE, LabelOptions())["count"] == 1


@pytest.mark.parametrize(
    ("options", "columns"), [({**OPTIONS, "scope": "FPT"}, {}), (OPTIONS, {"fold": 3})]
)
def test_one_stock_and_one_fold_are_a_look_without_figures(options, columns):
    trial = logged(setting(), options, **columns)
    assert (trial["sharpe"], trial["rank_ic"], trial["n_days"]) == (None, None, 0)


def test_all_stocks_with_the_same_options_are_one_trial():
    ids = {logged(setting(), {**OPTIONS, "scope": scope})["id"] for scope in ("FPT", "VCB")}
    assert len(ids) == 1


DATED = MEMBERS.assign(start_date=pd.to_datetime(["2012-02-06"]))


@pytest.mark.parametrize(
    "changes",
    [
        {"label": LabelOptions(end=8)},
        {"features": {"mode": "qlib"}},
        {"members": DATED},
        {"universe": {"symbols": {"FPT": {}}}},
        {"split": SplitOptions(ratios=(0.6, 0.2, 0.2))},
    ],
    ids=["label", "features", "members", "symbols", "split"],
)
def test_whatever_decides_what_is_judged_makes_another_trial(changes):
    usual, other = setting(), setting(**changes)
    assert logged(usual)["id"] != logged(other)["id"]
    folds = [walk_forward.tell_setting(one, SCHEME) for one in (usual, other)]
    same = "split" in changes
    assert (logged(folds[0])["id"] == logged(folds[1])["id"]) == same


def test_another_scheme_is_another_trial_and_later_folds_are_not():
    told = walk_forward.tell_setting(setting(), SCHEME)
    later = {**SCHEME, "folds": [{"number": 1, "test": ["2025"]}, {"number": 2}]}
    assert walk_forward.tell_setting(setting(), later) == told
    ids = {
        logged(one)["id"]
        for one in (
            setting(),
            told,
            walk_forward.tell_setting(setting(), {**SCHEME, "valid": 60}),
            walk_forward.tell_setting(setting(), {**SCHEME, "folds": SCHEME["folds"][:1]}),
        )
    }
    assert len(ids) == 4
