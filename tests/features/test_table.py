import numpy as np
import pandas as pd
from panels import random_panel

from vn30_training.features import alpha158, signals
from vn30_training.features.table import build_features


def test_the_table_has_the_panels_rows_and_all_columns():
    panel = random_panel(0, symbols=2)
    table = build_features(panel)
    assert tuple(table.columns) == ("symbol", "date", *alpha158.NAMES, *signals.NAMES)
    pd.testing.assert_frame_equal(table[["symbol", "date"]], panel[["symbol", "date"]])
    assert set(table.dtypes[2:]) == {np.dtype(np.float32)}


def test_without_vwap_its_feature_is_left_out():
    panel = random_panel(1, symbols=2)
    for bare in (panel.drop(columns="vwap"), panel.assign(vwap=np.nan)):
        table = build_features(bare)
        assert "VWAP0" not in table
        assert table.shape[1] == 2 + 157 + 4


def test_the_mode_reaches_alpha158():
    panel = random_panel(2, symbols=1, sessions=20)
    assert build_features(panel, "qlib")["MA60"].notna().any()
    assert build_features(panel, "clean")["MA60"].isna().all()
