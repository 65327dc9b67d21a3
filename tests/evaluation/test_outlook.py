import pandas as pd

from vn30_training.evaluation.outlook import build_outlook
from vn30_training.market.hose import load_rules
from vn30_training.models.contract import QUANTILE_COLUMNS

DAYS = pd.to_datetime(["2025-08-25", "2025-08-26", "2025-08-27", "2025-08-29"])


def outlook(raw_close):
    """Return the outlook of FPT and VCB after bars on the first two days."""
    prices = pd.DataFrame(
        {"symbol": ["FPT", "FPT", "VCB", "VCB"], "date": [*DAYS[:2], *DAYS[:2]]}
    ).assign(close=[9_000.0, 9_500.0, 20_000.0, 21_000.0], raw_close=raw_close)
    forecasts = pd.DataFrame({"symbol": ["FPT", "VCB"], "score": [0.1, 0.3], "y_pred": [0.01, 0.9]})
    forecasts = forecasts.assign(
        family="ridge", scope="pooled", date=DAYS[1], trade_date=DAYS[2], label_end=DAYS[3]
    )
    forecasts = forecasts.assign(p_up=0.5, **dict.fromkeys(QUANTILE_COLUMNS, 0.0))
    return build_outlook(forecasts, prices, 3, load_rules()).set_index("symbol")


def test_the_highest_score_is_rank_one_and_prices_stay_within_the_limits():
    table = outlook([18_000.0, 19_000.0, 20_000.0, 21_000.0])
    assert table.index.tolist() == ["VCB", "FPT"]
    assert table["rank"].tolist() == [1, 2]
    assert table.loc["FPT", ["last_close", "ceiling", "floor", "price"]].tolist() == [
        *(19_000, 20_300, 17_700),
        19_190,
    ]
    assert table.loc["VCB", "price"] < 21_000 * 1.07**3


def test_a_missing_raw_close_is_not_that_of_an_earlier_day():
    table = outlook([18_000.0, None, 20_000.0, 21_000.0])
    assert table.loc["FPT", ["last_close", "basis"]].tolist() == [9_500, "adjusted"]
    assert table.loc["VCB", ["last_close", "basis"]].tolist() == [21_000, "as traded"]
