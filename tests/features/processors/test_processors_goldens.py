"""Every processor against the peer's output."""

import json

import numpy as np
import pandas as pd
import pytest

from vn30_training.features.processors import ProcessorChain

CASES = {
    "ProcessInf": {"class": "ProcessInf"},
    "ZScoreNorm_feature": {"class": "ZScoreNorm", "kwargs": {"fields_group": "feature"}},
    "MinMaxNorm_feature": {"class": "MinMaxNorm", "kwargs": {"fields_group": "feature"}},
    "RobustZScoreNorm_feature_clip": {
        "class": "RobustZScoreNorm",
        "kwargs": {"fields_group": "feature", "clip_outlier": True},
    },
    "RobustZScoreNorm_feature_noclip": {
        "class": "RobustZScoreNorm",
        "kwargs": {"fields_group": "feature", "clip_outlier": False},
    },
    "CSZScoreNorm_label": {"class": "CSZScoreNorm", "kwargs": {"fields_group": "label"}},
    "CSZScoreNorm_feature": {"class": "CSZScoreNorm", "kwargs": {"fields_group": "feature"}},
    "CSZScoreNorm_feature_robust": {
        "class": "CSZScoreNorm",
        "kwargs": {"fields_group": "feature", "method": "robust"},
    },
    "CSRankNorm_label": {"class": "CSRankNorm", "kwargs": {"fields_group": "label"}},
    "CSRankNorm_feature": {"class": "CSRankNorm", "kwargs": {"fields_group": "feature"}},
    "CSZFillna_feature": {"class": "CSZFillna", "kwargs": {"fields_group": "feature"}},
    "Fillna_feature0": {"class": "Fillna", "kwargs": {"fields_group": "feature"}},
    "DropnaLabel": {"class": "DropnaLabel"},
    "TanhProcess": {"class": "TanhProcess"},
}


@pytest.fixture(scope="module")
def goldens(reference):
    return reference / "qlib_eval_golden/processors_signal"


def _frame(path):
    frame = pd.read_parquet(path).reset_index()
    return frame.rename(columns={"instrument": "symbol", "datetime": "date"})


def test_no_golden_is_left_out(goldens):
    summary = json.loads((goldens / "summary.json").read_text())
    assert set(summary["shapes"]) == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_processor_gives_the_peers_values(goldens, name):
    source = "input" if name == "ProcessInf" else "input_noinf"
    frame = _frame(goldens / f"{source}.parquet")
    first, last = json.loads((goldens / "summary.json").read_text())["summary"]["fit_window"]
    train = frame["date"].between(first, last).to_numpy()
    chain = ProcessorChain.from_config([], [CASES[name]]).fit(frame, train)

    got = chain.transform_learn(frame).set_index(["date", "symbol"])
    want = _frame(goldens / f"{name}.parquet").set_index(["date", "symbol"])

    pd.testing.assert_frame_equal(got, want, rtol=1e-12, atol=1e-12)
    assert np.array_equal(got.isna(), want.isna())
