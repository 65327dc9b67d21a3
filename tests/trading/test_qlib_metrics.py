import json

import numpy as np
import pandas as pd
import pytest
from tests.trading.days import noise

from vn30_training.trading.qlib_metrics import FIGURES, risk_analysis

GOLDEN = "qlib_eval_golden"


@pytest.mark.parametrize(
    ("name", "mode", "periods"),
    [
        ("risk_analysis_sum_day", "sum", 238),
        ("risk_analysis_product_day", "product", 238),
        ("risk_analysis_sum_N252", "sum", 252),
    ],
)
def test_the_analysis_is_that_of_qlib(reference, name, mode, periods):
    folder = reference / GOLDEN / "processors_signal"
    returns = pd.read_parquet(folder / "returns.parquet")["r"]
    golden = json.loads((folder / "summary.json").read_text())["summary"][name]
    assert risk_analysis(returns, mode, periods) == pytest.approx(golden, rel=1e-9)


@pytest.mark.parametrize(("name", "charged"), [("excess_with_cost", 1), ("excess_without_cost", 0)])
def test_the_excess_return_of_a_backtest_is_that_of_qlib(reference, name, charged):
    folder = reference / GOLDEN / "backtest"
    report = pd.read_parquet(folder / "report.parquet")
    golden = json.loads((folder / "summary.json").read_text())[name]
    excess = report["return"] - report["bench"] - charged * report["cost"]
    assert risk_analysis(excess) == pytest.approx(golden, rel=1e-9)


def test_known_answer():
    returns = np.tile([0.02, -0.01], 10)
    found = risk_analysis(returns, "sum", 100)
    assert found["mean"] == pytest.approx(0.005)
    assert found["annualized_return"] == pytest.approx(0.5)
    assert found["max_drawdown"] == pytest.approx(-0.01)
    assert found["information_ratio"] == pytest.approx(0.05 / found["std"])
    compounded = risk_analysis(returns, "product", 100)
    assert compounded["annualized_return"] == pytest.approx((1.02 * 0.99) ** 50 - 1)


@pytest.mark.parametrize("mode", ["sum", "product"])
def test_undefined_figures_are_nan(mode):
    assert all(np.isnan(list(risk_analysis(noise(0, 9), mode).values())))
    still = risk_analysis(np.zeros(20), mode)
    assert np.isnan(still["information_ratio"])
    assert [still[name] for name in FIGURES if name != "information_ratio"] == [0, 0, 0, 0]
    assert risk_analysis(np.r_[np.nan, noise(0, 20)], mode) == risk_analysis(noise(0, 20), mode)


def test_a_total_loss_cannot_be_compounded():
    returns = np.r_[noise(0, 20), -1.0]
    assert np.isnan(risk_analysis(returns, "product")["annualized_return"])
