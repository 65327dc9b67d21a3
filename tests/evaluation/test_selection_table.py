"""How stable the selected features are from fold to fold."""

import numpy as np
import pandas as pd
import pytest

from vn30_training.evaluation.selection_table import selection_table

COLUMNS = ["family", "scope", "fold", "symbol", "features", "jaccard", "most"]


def record(fold, selected, family="ridge", scope="pooled", symbol=None):
    return {
        "family": family,
        "scope": scope,
        "fold": fold,
        "symbol": symbol,
        "selected": selected,
        "status": "ok",
    }


def test_jaccard_is_with_the_fold_before_of_the_same_instance():
    table = selection_table(
        [
            record(2, ["ROC5", "MA5", "KLEN"]),
            record(0, ["ROC5", "MA5"]),
            record(1, ["ROC5", "MA5", "STD5", "MAX5"]),
            record(1, ["MAX5"], scope="symbol", symbol="VCB"),
            record(0, ["ROC5"], scope="symbol", symbol="VCB"),
            record(0, ["MAX5"], scope="symbol", symbol="FPT"),
        ]
    )
    assert list(table.columns) == COLUMNS
    pooled = table[table["scope"] == "pooled"]
    assert pooled["fold"].tolist() == [0, 1, 2]
    assert pooled["features"].tolist() == [2, 4, 3]
    assert pooled["symbol"].tolist() == [None, None, None]
    np.testing.assert_allclose(pooled["jaccard"], [np.nan, 2 / 4, 2 / 5])
    symbols = table[table["scope"] == "symbol"]
    assert symbols["symbol"].tolist() == ["FPT", "VCB", "VCB"]
    np.testing.assert_allclose(symbols["jaccard"], [np.nan, np.nan, 0.0])


def test_most_names_three_families_of_features_by_number_then_name():
    # MA and BETA are of the family TREND, KLEN of KBAR; SIG_REV1 is its own.
    selected = ["ROC5", "ROC10", "MA5", "BETA5", "MA10", "STD5", "SIG_REV1", "KLEN"]
    assert selection_table([record(0, selected)])["most"].tolist() == ["TREND, ROC, KBAR"]
    assert selection_table([record(0, ["SIG_REV1"])])["most"].tolist() == ["SIG_REV1"]


def test_instances_without_a_selection_are_passed_over():
    given = [{"family": "a", "scope": "pooled", "fold": 0, "symbol": None}, record(0, None)]
    empty = selection_table(given)
    assert empty.empty
    assert list(empty.columns) == COLUMNS
    full = selection_table([*given, record(3, ["ROC5"])])
    assert len(full) == 1
    pd.testing.assert_series_equal(empty.dtypes, full.dtypes)
    assert pd.api.types.is_integer_dtype(full["fold"])


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_the_records_does_not_matter(seed):
    rng = np.random.default_rng(seed)
    records = [record(fold, [f"ROC{fold}", "MA5"], family=f) for fold in range(4) for f in "ab"]
    shuffled = [records[i] for i in rng.permutation(len(records))]
    pd.testing.assert_frame_equal(selection_table(shuffled), selection_table(records))
