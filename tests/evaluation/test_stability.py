import numpy as np
import pandas as pd
import pytest

from vn30_training.evaluation.ic import daily_ic
from vn30_training.evaluation.stability import FOLD_COLUMNS, fold_table, seed_table
from vn30_training.evaluation.statistics import estimate_mean


@pytest.fixture(scope="module")
def forecasts(board_inputs) -> pd.DataFrame:
    """Fold 2 begins on 2023-05-01, fold 3 on 2023-09-01."""
    table = board_inputs[0]
    fold = 1 + (table["date"] >= "2023-05-01").astype(int) + (table["date"] >= "2023-09-01")
    return table.assign(fold=fold)


@pytest.fixture(scope="module")
def instances(forecasts) -> pd.DataFrame:
    """Two symbols' instances per family and fold; fold 0 has none that could be trained."""
    records = [
        {"family": family, "scope": "pooled", "fold": fold, "symbol": symbol, "n_train": 100 * fold}
        for family in forecasts["family"].unique()
        for fold in (1, 2, 3)
        for symbol in ("S00", "S01")
    ]
    table = pd.DataFrame(records).assign(status="ok", n_train=lambda rows: rows["n_train"] * 1.0)
    clever = table["family"] == "clever"
    table.loc[clever & (table["symbol"] == "S01"), "n_train"] += 50
    table.loc[clever & (table["symbol"] == "S01") & (table["fold"] == 2), "status"] = "degenerate"
    skipped = {"scope": "pooled", "fold": 0, "status": "skipped", "n_train": np.nan}
    first = [{"family": "clever", "symbol": name, **skipped} for name in ("S00", "S01")]
    return pd.concat([table, pd.DataFrame(first)], ignore_index=True)


def test_each_fold_is_scored_as_if_it_were_alone(forecasts, instances):
    table = fold_table(forecasts, instances)
    assert list(table.columns) == FOLD_COLUMNS
    for row in table[table["fold"] > 0].itertuples():
        part = forecasts[(forecasts["family"] == row.family) & (forecasts["fold"] == row.fold)]
        mean = part.groupby(["date", "symbol"])[["score", "y_true"]].mean().reset_index()
        ics = daily_ic(mean, by=[])["rank_ic"]
        alone = estimate_mean(ics, 2)
        found = (row.rank_ic, row.rank_ic_t, row.rank_ic_low, row.rank_ic_high)
        assert found == pytest.approx((alone.mean, alone.t, alone.low, alone.high), nan_ok=True)
        assert row.n_days == ics.notna().sum()
        assert row.first == f"{part['date'].min():%Y-%m-%d}"
        assert row.last == f"{part['date'].max():%Y-%m-%d}"


def test_instances_are_counted_by_status(forecasts, instances):
    table = fold_table(forecasts, instances).set_index(["family", "fold"])
    counts = ["n_ok", "n_degenerate", "n_skipped", "n_failed"]
    assert table.loc[("clever", 0), counts].tolist() == [0, 0, 2, 0]
    assert table.loc[("clever", 2), counts].tolist() == [1, 1, 0, 0]
    assert table.loc[("lost", 3), counts].tolist() == [2, 0, 0, 0]
    assert table.loc[("clever", 2), "n_train"] == 225
    assert np.isnan(table.loc[("clever", 0), "n_train"])


def test_fold_without_forecasts_keeps_its_row(forecasts, instances):
    row = fold_table(forecasts, instances).query("fold == 0").iloc[0]
    assert row["n_days"] == 0
    assert row[["first", "last", "rank_ic", "rank_ic_t"]].isna().all()


def test_fold_that_only_others_forecast_keeps_its_dates(forecasts, instances):
    failed = (instances["family"] == "lost") & (instances["fold"] == 2)
    without = forecasts[(forecasts["family"] != "lost") | (forecasts["fold"] != 2)]
    table = fold_table(without, instances.assign(status=np.where(failed, "failed", "ok")))
    row = table.query("family == 'lost' and fold == 2").iloc[0]
    assert (row["first"], row["n_days"], row["n_failed"]) == ("2023-05-01", 0, 2)
    assert np.isnan(row["rank_ic"])


def test_date_that_two_folds_share_is_ranked_within_each(forecasts, instances):
    """The newest fold of half of the symbols was skipped, so an older one forecast them."""
    older = (forecasts["fold"] == 3) & (forecasts["symbol"] < "S15")
    mixed = forecasts.assign(fold=forecasts["fold"].mask(older, 2))
    table = fold_table(mixed, instances).set_index(["family", "fold"])
    all_days = forecasts["date"].nunique()
    days = {fold: table.loc[("clever", fold), "n_days"] for fold in (1, 2, 3)}
    assert days[1] + days[2] == all_days
    assert days[3] > 0


def test_seeds_are_scored_one_by_one(forecasts):
    table = seed_table(forecasts)
    assert list(table.columns) == ["family", "scope", "seed", "rank_ic", "n_days"]
    clever = table[table["family"] == "clever"].set_index("seed")
    assert list(clever.index) == [0, 1]
    for seed, row in clever.iterrows():
        part = forecasts[(forecasts["family"] == "clever") & (forecasts["seed"] == seed)]
        ics = daily_ic(part)["rank_ic"]
        assert row["rank_ic"] == pytest.approx(ics.mean())
        assert row["n_days"] == 250
    zero = table[table["family"] == "zero"].iloc[0]
    assert zero["n_days"] == 0
    assert np.isnan(zero["rank_ic"])


def test_single_symbol_has_no_ranking(forecasts, instances):
    alone = forecasts[forecasts["symbol"] == "S00"]
    table = fold_table(alone, instances)
    assert table["rank_ic"].isna().all()
    assert table["n_days"].eq(0).all()
    assert seed_table(alone)["rank_ic"].isna().all()
