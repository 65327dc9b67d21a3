import json

import numpy as np
import pandas as pd
import pytest

from vn30_training.evaluation.ic import icir
from vn30_training.evaluation.signal_qlib import qlib_signal

FOLDER = "qlib_eval_golden/processors_signal"


@pytest.fixture
def daily(reference) -> pd.DataFrame:
    return qlib_signal(pd.read_parquet(reference / FOLDER / "pred_label.parquet"))


def test_every_day_agrees_with_the_golden_file(daily, reference):
    golden = pd.read_parquet(reference / FOLDER / "daily_signal_metrics.parquet")
    pd.testing.assert_frame_equal(
        daily, golden, check_names=False, check_index_type=False, rtol=0, atol=1e-12
    )


def test_summary_agrees_with_the_golden_file(daily, reference):
    golden = json.loads((reference / FOLDER / "summary.json").read_text())["summary"]
    found = {
        "IC": daily["ic"].mean(),
        "ICIR": icir(daily["ic"]),
        "RankIC": daily["rank_ic"].mean(),
        "RankICIR": icir(daily["rank_ic"]),
    }
    assert found == pytest.approx({name: golden[name] for name in found}, rel=1e-12)


def test_known_answer():
    index = pd.MultiIndex.from_product(
        [[pd.Timestamp("2024-01-02")], list("ABCDEFGHIJK")], names=["datetime", "instrument"]
    )
    pairs = pd.DataFrame({"pred": np.arange(11.0), "label": np.arange(11) / 100}, index=index)
    pairs.loc[(slice(None), "J"), "label"] = np.nan
    found = qlib_signal(pairs).iloc[0]
    # Two of eleven names a side: K and J, whose label is unknown; A and B.
    assert found["long_short"] == pytest.approx((0.10 - 0.005) / 2)
    assert found["avg"] == pytest.approx(0.046)
    assert (found["long_prec"], found["short_prec"]) == (1.0, 1.0)
    assert found["rank_ic"] == pytest.approx(1.0)
    assert np.isnan(found["autocorr1"])
