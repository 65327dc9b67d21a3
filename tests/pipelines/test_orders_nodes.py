"""The node of the orders: what it refuses, what it reads, and its stamp."""

import json

import pandas as pd
import pytest
from kedro.pipeline import Pipeline
from tests.trading.order_market import options, order_market

from vn30_training.market.issues import DataError
from vn30_training.models.scope import Scope
from vn30_training.pipelines.orders import create_pipeline, nodes

DAY = pd.Timestamp("2024-03-15")


def write(
    holdings=None, simulated=True, date="2024-03-15", actions=None, day=DAY, before=None, **changes
):
    market = order_market()
    as_of = {"date": date, "simulated": simulated}
    given = options(capital=700_000_000, **changes)
    known = holdings, market.outlook(day), as_of, market.panel, market.sessions, given
    return nodes.write_orders(*known, actions, before or {})


def test_without_a_file_the_account_is_empty_and_that_is_said():
    made = write()
    assert made["summary"]["account"] == "none, 700,000,000 VND of cash"
    assert made["summary"]["cash_before"] == made["summary"]["nav"] == 700_000_000
    assert set(made["table"]["side"]) == {"buy"}


def test_every_line_is_stamped():
    table = write()["table"]
    assert set(table["market"]) == {"SIMULATED"}
    assert set(table["session"]) == {pd.Timestamp("2024-03-18")}
    assert write()["summary"]["market"] == "SIMULATED"
    assert set(write(simulated=False)["table"]["market"]) == {"HOSE"}


def test_a_file_is_read(tmp_path):
    path = tmp_path / "holdings.csv"
    path.write_text("symbol,shares,settled\nFPT,1200,1200\ncash,100000000,\n")
    made = write(path)
    assert made["summary"]["account"] == "holdings.csv"
    assert "FPT" in set(made["table"]["symbol"])
    path.write_text("symbol,shares,settled\nFPT,1200,1300\ncash,100000000,\n")
    with pytest.raises(DataError, match=r"D036 error FPT holdings.csv:2: 1300 of 1200"):
        write(path)


def test_an_ex_date_of_the_file_moves_the_limits_of_the_session_ahead(tmp_path):
    path = tmp_path / "actions.csv"
    path.write_text("symbol,ex_date,kind,cash_vnd,ratio\nFPT,2024-03-18,cash,5000,\n")
    made = write(actions=path)
    assert made["summary"]["ex_dates"] == ["FPT"]
    assert write()["summary"]["ex_dates"] is None
    path.write_text("symbol,ex_date,kind,cash_vnd,ratio\nFPT,2024-03-18,cash,-5000,\n")
    with pytest.raises(DataError, match=r"D048 error FPT actions.csv:2"):
        write(actions=path)


def test_what_the_list_before_left_unfilled_is_tried_again():
    monday = write(day=pd.Timestamp("2024-03-18"), date="2024-03-18", rebalance="weekly")
    tuesday = {"day": pd.Timestamp("2024-03-19"), "date": "2024-03-19", "rebalance": "weekly"}
    saved = json.loads(json.dumps(monday["summary"]))
    bought = monday["table"].loc[monday["table"]["side"] == "buy", "symbol"]
    again = write(**tuesday, before=saved)["table"]
    assert len(bought) == 4
    assert sorted(again.loc[again["side"] == "buy", "symbol"]) == sorted(bought)
    assert write(**tuesday)["summary"]["orders"] == 0


def test_forecasts_of_another_day_than_the_released_one_are_refused():
    with pytest.raises(ValueError, match="Forecasts of 2024-03-15 are not those of 2024-03-14"):
        write(date="2024-03-14")


def test_orders_wait_for_the_release_of_the_forecast_and_need_no_model_but_those_traded():
    pipeline = Pipeline(create_pipeline("ridge", [Scope("pooled")]))
    models = {name for name in pipeline.inputs() if name.endswith(".model")}
    assert models == {"ridge.VN30.model"}
    assert {
        "trained_vintage",
        "clock",
        "params:orders",
        "holdings",
        "raw_actions",
    } <= pipeline.inputs()
    assert {"as_of", "traded_forecasts"} <= pipeline.all_outputs()
    assert pipeline.outputs() == {"orders", "orders_summary"}
    alone = Pipeline(create_pipeline("lstm", [Scope("symbol", "FPT"), Scope("symbol", "VCB")]))
    models = {name for name in alone.inputs() if name.endswith(".model")}
    assert models == {"lstm.FPT.model", "lstm.VCB.model"}
