"""XGBoost's side of `trees.py`; runs in an environment with xgboost and knows nothing of ours.

Usage: python trees_peer.py TABLES.npz TRAIN_ROWS ROUNDS L1 L2

Trains one model per table, for each line on standard input.
"""

import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import xgboost


def train(features, label, rows, rounds, alpha, lambda_):
    data = xgboost.DMatrix(features[:rows], label[:rows], nthread=1)
    valid = xgboost.DMatrix(features[rows:], label[rows:], nthread=1)
    parameters = {
        "tree_method": "hist",
        "grow_policy": "lossguide",
        "max_leaves": 210,
        "max_depth": 8,
        "max_bin": 255,
        "eta": 0.0421,
        "colsample_bytree": 0.8879,
        "alpha": alpha,
        "lambda": lambda_,
        "nthread": 1,
        "verbosity": 0,
    }
    evals = [(data, "train"), (valid, "valid")]
    xgboost.train(parameters, data, rounds, evals=evals, verbose_eval=False)


def main():
    path, rows, rounds, alpha, lambda_ = sys.argv[1:]
    tables = np.load(path)
    features, label = tables["features"], tables["label"]

    def one(number):
        return train(
            features[number], label[number], int(rows), int(rounds), float(alpha), float(lambda_)
        )

    with ThreadPoolExecutor(2) as pool:
        print("ready", flush=True)
        for _ in sys.stdin:
            list(pool.map(one, range(len(label))))
            print("done", flush=True)


if __name__ == "__main__":
    main()
