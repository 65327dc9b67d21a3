"""What `kedro run --pipeline=backtest` and `--pipeline=orders` leave, on the test environment."""

import pandas as pd
import pytest


@pytest.fixture(scope="module")
def root(baseline, tmp_path_factory):
    root = baseline.root.copy(tmp_path_factory.mktemp("money") / "data")
    (root.path / "01_raw").mkdir(exist_ok=True)
    return root


@pytest.mark.slow
def test_every_strategy_is_held_against_doing_nothing(root):
    days = pd.read_parquet(root.path / "03_primary/sessions.parquet")["date"]
    index = root.path.parent / "levels.csv"
    index.write_text("".join(["date,close\n", *(f"{day:%Y-%m-%d},1000\n" for day in days)]))
    options = f"backtest.forecasts=baseline,backtest.random=10,index={index}"
    finished = root.run("--pipeline=backtest", f"--params={options}")
    assert finished.code == 0, finished.text
    assert "SIMULATED" in finished.text
    assert "buy and hold after costs" in finished.flat
    table = pd.read_csv(root.path / "08_reporting/backtest/performance.csv")
    assert {"buy_and_hold", "equal_weight", "price_index", "topk_8"} <= set(table["strategy"])
    assert table.set_index("strategy").loc["price_index", "total_return"] == 0
    own = table[table["family"] != "benchmark"]
    assert set(own["rebalance"]) == {"daily", "weekly", "monthly"}
    assert {"ridge", "tft", "reversal_1"} <= set(own["family"])
    assert not {"zero", "ewma"} & set(own["family"])
    page = (root.path / "08_reporting/backtest_report.html").read_text(encoding="utf-8")
    assert "SIMULATED" in page
    assert str(root.path / "08_reporting/backtest_report.html") in finished.flat


def test_orders_of_the_next_session_keep_to_cash_and_lots(root):
    holdings = root.path / "01_raw/holdings.csv"
    holdings.write_text("symbol,shares,settled\nFPT,1000,1000\ncash,50000000,50000000\n")
    finished = root.run("--pipeline=orders")
    assert finished.code == 0, finished.text
    orders = pd.read_csv(root.path / "08_reporting/orders.csv")
    assert set(orders["market"]) == {"SIMULATED"}
    bought = orders[orders["side"] == "buy"]
    assert (bought["shares"] % 100 == 0).all()
    assert bought["value"].sum() <= 50_000_000
    assert orders["reason"].notna().all()


@pytest.mark.slow
def test_holdings_that_cannot_be_are_refused_by_line(root):
    holdings = root.path / "01_raw/holdings.csv"
    holdings.write_text("symbol,shares,settled,average_price\nFPT,100,200,\nVNM,100,100,56.5\n")
    finished = root.run("--pipeline=orders")
    assert finished.code != 0
    told = [line.strip() for line in finished.text.splitlines()]
    for line, start in zip(
        told[-3:],
        (
            "write_orders: DataError: D036 error FPT holdings.csv:2: 200 of 100 are settled.",
            "D050 error VNM holdings.csv:3: average_price is '56.5'.",
            "D038 error holdings.csv: No row has the symbol cash.",
        ),
        strict=True,
    ):
        assert line.startswith(start), finished.text


@pytest.mark.slow
def test_an_option_of_orders_that_is_none_is_told_without_a_traceback(root):
    finished = root.run("--pipeline=orders", "--params=orders.topk=3")
    assert finished.code == 1
    assert "OrderOptions" in finished.error
    assert "topk" in finished.error
    assert "Traceback" not in finished.text
