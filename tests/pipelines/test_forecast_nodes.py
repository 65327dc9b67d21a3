from datetime import datetime

import pandas as pd
import pytest

from vn30_training.market import vintage
from vn30_training.market.checks.codes import issue
from vn30_training.market.issues import DataError
from vn30_training.market.readiness import ForecastOptions
from vn30_training.pipelines.forecast import nodes

DAYS = pd.bdate_range("2025-08-25", "2025-09-05").astype("datetime64[us]")


def prices(until="2025-08-29"):
    days = DAYS[until >= DAYS]
    close = [100.0, 101.0, 102.0, 101.0, 103.0, 104.0][: len(days)]
    return pd.DataFrame({"symbol": "FPT", "date": days, "close": close})


def release(prices, now="2025-08-29 16:00", issues=(), trained=None, simulated=False):
    sessions = pd.DataFrame({"date": DAYS, "observed": True})
    quality = {"simulated": simulated, "issues": [vars_of(one) for one in issues]}
    clock = datetime.fromisoformat(now)
    return nodes.refuse_or_release(
        prices, sessions, quality, trained or {}, clock, ForecastOptions()
    )


def vars_of(entry):
    return {name: getattr(entry, name) for name in entry.__slots__}


def test_fresh_prices_are_released():
    assert release(prices()) == {"date": "2025-08-29", "simulated": False}
    assert release(prices(), "2025-08-31 09:00")["date"] == "2025-08-29"


def test_a_simulated_market_needs_no_clock():
    assert release(prices(), "2030-01-01 09:00", simulated=True)["simulated"]


@pytest.mark.parametrize(
    ("now", "code"), [("2025-09-01 16:00", "D013"), ("2025-08-29 15:00", "D010")]
)
def test_prices_too_old_or_too_new_are_refused(now, code):
    with pytest.raises(DataError) as caught:
        release(prices(), now)
    assert [one.code for one in caught.value.issues] == [code]


def test_a_folder_in_which_few_symbols_are_up_to_date_is_refused():
    older = [prices("2025-08-28").assign(symbol=name) for name in ("ACB", "VCB", "VNM", "VRE")]
    with pytest.raises(DataError, match=r"D013.*4 of 5 symbols have no bar .*: ACB, VCB, VNM, VRE"):
        release(pd.concat([prices(), *older]))
    fresh = [prices().assign(symbol=name) for name in ("ACB", "VCB", "VNM")]
    assert release(pd.concat([prices(), *fresh, older[-1]]))["date"] == "2025-08-29"


def test_a_symbol_that_no_longer_trades_is_not_missed():
    gone = prices().assign(symbol="ROS", date=DAYS[:5] - pd.Timedelta(days=60))
    assert release(pd.concat([prices(), gone]))["date"] == "2025-08-29"


def test_bars_left_out_as_unfinished_are_told_together():
    warned = [issue("D010", "1 day.", level="warning", symbol=name) for name in ("ACB", "FPT")]
    with pytest.raises(DataError, match="The newest bar of ACB, FPT is not finished") as caught:
        release(prices(), issues=warned)
    assert len(caught.value.issues) == 1


def test_a_past_that_changed_since_training_is_refused():
    trained = vintage.fingerprint(prices())
    assert release(prices(), trained=trained)["date"] == "2025-08-29"
    changed = prices()
    changed.loc[2, "close"] *= 1.05
    with pytest.raises(DataError, match=r"D014.*train them again: kedro run --pipeline=baseline"):
        release(changed, trained=trained)
    left_out = issue("D014", "2 earlier returns changed.", symbol="ACB")
    with pytest.raises(DataError, match="D014 error ACB"):
        release(prices(), issues=[left_out])


def test_no_forecast_at_all_is_said_so():
    empty = pd.DataFrame({"date": pd.to_datetime([])})
    with pytest.raises(nodes.NoForecastError):
        nodes.collect_next(prices(), pd.DataFrame({"date": DAYS}), empty, empty)
