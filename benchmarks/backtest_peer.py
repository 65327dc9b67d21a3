"""qlib's side of `backtest.py`; runs in an environment with pyqlib and knows nothing of ours.

Usage: python backtest_peer.py FOLDER_OF_BINS SCORES.parquet RESULT.npy CAPITAL

Backtests once and saves the account of every day, then backtests again for each line on standard
input.
"""

import sys

import numpy as np
import pandas as pd
import qlib
from qlib.contrib.evaluate import backtest_daily
from qlib.contrib.strategy import TopkDropoutStrategy

EXCHANGE = {
    "freq": "day",
    "limit_threshold": 0.0675,
    "deal_price": "close",
    "open_cost": 0.0015,
    "close_cost": 0.0025,
    "min_cost": 0,
    "trade_unit": 100,
}


def backtest(scores, capital):
    days = scores.index.get_level_values("datetime").unique().sort_values()
    report, _ = backtest_daily(
        start_time=days[1],
        end_time=days[-2],  # it asks its calendar for a day more
        strategy=TopkDropoutStrategy(signal=scores, topk=10, n_drop=2),
        account=capital,
        benchmark=pd.Series(0.0, index=days),
        exchange_kwargs=EXCHANGE,
    )
    return report["account"].to_numpy()


def main():
    folder, scores, result, capital = sys.argv[1:]
    qlib.init(
        provider_uri=folder,
        region="cn",
        kernels=1,
        expression_cache=None,
        dataset_cache=None,
        logging_level="ERROR",
    )
    table = pd.read_parquet(scores).set_index(["datetime", "instrument"])["score"]
    np.save(result, backtest(table, float(capital)))
    print("ready", flush=True)
    for _ in sys.stdin:
        backtest(table, float(capital))
        print("done", flush=True)


if __name__ == "__main__":
    main()
