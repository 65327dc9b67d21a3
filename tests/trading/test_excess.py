import numpy as np
import pandas as pd
import pytest
from quantstats import stats
from tests.trading.days import BY, CAPITAL, days_of, noise, sessions

from vn30_training.trading.excess import EXCESS_COLUMNS, excess_table
from vn30_training.trading.qlib_metrics import FIGURES, risk_analysis

DAYS = 300


def benchmarks() -> pd.DataFrame:
    columns = {"buy_and_hold": noise(8, DAYS), "momentum": noise(9, DAYS)}
    return pd.DataFrame(columns, sessions(DAYS + 1)[1:])


def row(table: pd.DataFrame, benchmark: str, kind: str) -> pd.Series:
    return table.set_index(["benchmark", "kind"]).loc[(benchmark, kind)]


def test_every_strategy_meets_every_benchmark_with_and_without_costs():
    own = noise(1, DAYS)
    daily = pd.concat([days_of(own, "a", fees=CAPITAL // 2_000), days_of(noise(2, DAYS), "b")])
    table = excess_table(daily, benchmarks(), BY)
    assert table.columns.tolist() == [*BY, *EXCESS_COLUMNS]
    assert len(table) == 2 * 2 * 2
    first = table.loc[table["strategy"] == "a"]
    found = row(first, "momentum", "excess_return_with_cost")
    expected = risk_analysis(own - benchmarks()["momentum"].to_numpy(), "sum", 252)
    assert found[list(FIGURES)].to_dict() == pytest.approx(expected, rel=1e-6)
    without = row(first, "momentum", "excess_return_without_cost")
    assert without["annualized_return"] > found["annualized_return"]
    other = table.loc[table["strategy"] == "b"].groupby("benchmark")["mean"]
    assert other.nunique().eq(1).all()


def test_the_information_ratio_is_quantstats_annualised():
    daily = days_of(noise(1, DAYS))
    found = row(excess_table(daily, benchmarks(), BY), "momentum", "excess_return_with_cost")
    returns = pd.Series(daily["nav"].pct_change().to_numpy()[1:], sessions(DAYS + 1)[1:])
    expected = stats.information_ratio(returns, benchmarks()["momentum"]) * np.sqrt(252)
    assert found["information_ratio"] == pytest.approx(expected, rel=1e-9)


def test_a_backtest_of_qlib_is_judged_as_qlib_does(reference):
    folder = reference / "qlib_eval_golden/backtest"
    report = pd.read_parquet(folder / "report.parquet")
    golden = pd.read_json(folder / "summary.json", typ="series")
    before = np.r_[golden["account"], report["account"].to_numpy()]
    dates = report.index.insert(0, report.index[0] - pd.Timedelta(days=1)).astype("M8[us]")
    paid = np.diff(report["total_cost"], prepend=0)
    daily = days_of(np.zeros(len(report))).assign(date=dates, nav=before, fees=np.r_[0, paid])
    bench = report[["bench"]].set_index(dates[1:])
    table = excess_table(daily, bench, BY, periods=238)
    for kind in ("with", "without"):
        found = row(table, "bench", f"excess_return_{kind}_cost")[list(FIGURES)].to_dict()
        assert found == pytest.approx(golden[f"excess_{kind}_cost"], rel=1e-6)


def test_days_that_the_benchmark_does_not_know_are_left_out():
    known = benchmarks()[["momentum"]].iloc[100:]
    found = excess_table(days_of(noise(1, DAYS)), known, BY)
    assert found["n_days"].tolist() == [DAYS - 100] * 2
    absent = excess_table(days_of(noise(1, DAYS)), known.iloc[:3], BY)
    assert absent["n_days"].tolist() == [3, 3]
    assert absent[["annualized_return", "low", "high"]].isna().all(axis=None)


def test_the_interval_is_in_the_units_of_the_annual_return():
    tables = [excess_table(days_of(noise(1, DAYS)), benchmarks(), BY, n) for n in (238, 252)]
    for name in ("annualized_return", "low", "high"):
        np.testing.assert_allclose(tables[0][name] / 238, tables[1][name] / 252)
    assert (tables[0]["low"] < tables[0]["annualized_return"]).all()
