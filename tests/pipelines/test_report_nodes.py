import numpy as np
import pandas as pd

from vn30_training.models.contract import QUANTILE_COLUMNS
from vn30_training.models.forecaster import FORECAST_COLUMNS
from vn30_training.pipelines.report import nodes


def forecasts(y_true):
    days = pd.bdate_range("2025-01-02", periods=len(y_true))
    table = pd.DataFrame({"date": days, "y_true": y_true, "p_up": 0.6, "symbol": "FPT"})
    return table.reindex(columns=list(FORECAST_COLUMNS))


def test_a_direction_that_is_not_known_yet_is_neither_up_nor_down():
    whole, _, direction, quantiles = nodes.collect_forecasts(forecasts([0.01, 0.0, -0.01, np.nan]))
    assert direction["up"].tolist() == [True, False, False, pd.NA]
    assert direction["up"].to_csv(index=False, header=False).split("\n")[:4] == [
        *("True", "False", "False"),
        '""',
    ]
    assert len(whole) == len(quantiles) == 4
    assert set(QUANTILE_COLUMNS) < set(quantiles)
