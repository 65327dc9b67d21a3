"""The peer's side of `alpha158.py`; runs in an environment with pyqlib and knows nothing of ours.

Usage: python alpha158_peer.py FOLDER_OF_BINS KERNELS RESULT.npy

Computes once and saves the features (rows by symbol, then date), then computes again for each line
on standard input.
"""

import sys

import numpy as np
import qlib
from qlib.contrib.data.loader import Alpha158DL
from qlib.data import D
from qlib.data.cache import H

LAYOUT = {
    "kbar": {},
    "price": {"windows": [0], "feature": ["OPEN", "HIGH", "LOW", "VWAP"]},
    "rolling": {},
}


def compute(fields):
    H.clear()
    return D.features(D.instruments("all"), fields, freq="day", disk_cache=0)


def main():
    folder, kernels, result = sys.argv[1:]
    qlib.init(
        provider_uri=folder,
        region="cn",
        kernels=int(kernels),
        expression_cache=None,
        dataset_cache=None,
        logging_level="ERROR",
    )
    fields, _ = Alpha158DL.get_feature_config(LAYOUT)
    np.save(result, compute(fields).sort_index().to_numpy(dtype=np.float32))
    print("ready", flush=True)
    for _ in sys.stdin:
        compute(fields)
        print("done", flush=True)


if __name__ == "__main__":
    main()
