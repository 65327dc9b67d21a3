"""qlib mode of every engine against the peer's values."""

import numpy as np
import pandas as pd
import pytest

from vn30_training.features import alpha158


def read_panel(folder):
    """Rows for every date of the calendar between a symbol's first and last, as the peer has."""
    bars = {
        file.stem: pd.read_csv(file, parse_dates=["date"]).set_index("date")
        for file in sorted(folder.glob("*.csv"))
    }
    calendar = pd.DatetimeIndex(sorted(set().union(*(one.index for one in bars.values()))))
    aligned = []
    for symbol, one in bars.items():
        days = calendar[(calendar >= one.index[0]) & (calendar <= one.index[-1])]
        aligned.append(one.reindex(days).rename_axis("date").reset_index().assign(symbol=symbol))
    return pd.concat(aligned, ignore_index=True)


@pytest.fixture(scope="module")
def goldens(reference):
    return reference / "alpha158_golden"


@pytest.mark.parametrize("engine", ["numba", "bottleneck"])
@pytest.mark.parametrize(
    ("file", "dtype", "atol", "rtol"),
    [
        ("alpha158_f64", np.float64, 1e-9, 1e-7),
        ("alpha158_native_f32", np.float32, 1e-4, 1e-4),
    ],
)
def test_qlib_mode_gives_the_peers_values(goldens, engine, file, dtype, atol, rtol):
    panel = read_panel(goldens / "input")
    got = alpha158.compute(panel, mode="qlib", dtype=dtype, engine=engine)
    got = got.set_index(["symbol", "date"])
    want = pd.read_parquet(goldens / f"{file}.parquet").drop(columns="LABEL0")

    assert tuple(want.columns) == alpha158.NAMES
    want = want.reindex(got.index)
    assert len(want.dropna(how="all")) == len(got)
    for name in alpha158.NAMES:
        assert got[name].dtype == dtype
        assert np.array_equal(got[name].isna(), want[name].isna()), name
        np.testing.assert_allclose(got[name], want[name], rtol=rtol, atol=atol, err_msg=name)
