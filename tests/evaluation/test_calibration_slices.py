from time import process_time

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from vn30_training.evaluation.calibration_slices import (
    SYMBOL_ROWS,
    calibration_table,
    calibration_targets,
)
from vn30_training.evaluation.leaderboard import build_leaderboard
from vn30_training.evaluation.rows import known_rows, seed_mean, with_references
from vn30_training.evaluation.tables import coverage_by_symbol
from vn30_training.models.contract import QUANTILE_COLUMNS, QUANTILES

COVERAGES = ["coverage_50", "coverage_80", "coverage_90"]


def panel_of(rows, close=lambda position: np.full_like(position, 20_000.0)):
    """Every stock's closes on the days of ``rows``, by default without a move."""
    days = np.unique(rows["date"])
    closes = close(np.arange(len(days), dtype=float))
    names = np.unique(rows["symbol"])
    return pd.DataFrame(
        {
            "symbol": np.repeat(names, len(days)),
            "date": np.tile(days, len(names)),
            "close": np.tile(closes, len(names)),
        }
    )


@pytest.fixture(scope="module")
def rows(board_inputs):
    return with_references(seed_mean(known_rows(board_inputs[0])))


@pytest.fixture(scope="module")
def table(rows):
    return calibration_table(rows, panel_of(rows), "given")


def part(table, kind, **which):
    chosen = table[table["kind"] == kind]
    for column, value in which.items():
        chosen = chosen[chosen[column] == value]
    return chosen


def test_all_rows_agree_with_the_leaderboard(table, board_inputs):
    board = build_leaderboard(*board_inputs).set_index("family")
    whole = part(table, "all").set_index("family")
    columns = [*COVERAGES, "pinball", "crps", "pinball_skill"]
    pd.testing.assert_frame_equal(
        whole[columns].sort_index(), board[columns].loc[sorted(whole.index)], check_names=False
    )
    assert (whole["n"] == board["n_rows"].loc[whole.index]).all()


def test_stocks_agree_with_the_table_of_coverages(table, board_inputs):
    keys = ["family", "scope", "symbol"]
    expected = coverage_by_symbol(board_inputs[0]).set_index(keys)
    found = part(table, "symbol").rename(columns={"slice": "symbol"}).set_index(keys)
    pd.testing.assert_frame_equal(
        found[["n", *COVERAGES]].sort_index(), expected.sort_index(), check_names=False
    )


def test_days_are_cut_in_two_ways(table, rows):
    days = part(table, "day", family="clever").set_index("slice")
    whole = part(table, "all", family="clever")["n"].item()
    flat = (rows.loc[rows["family"] == "clever", "y_true"] == 0).sum()
    assert days["n"].to_dict() == {"flat": flat, "moving": whole - flat, "ordinary": whole}
    assert days.loc["flat", "coverage_50"] > days.loc["moving", "coverage_50"]


def test_regimes_are_in_order_of_time_and_hold_every_row(table):
    regimes = part(table, "regime", family="ewma")
    assert list(regimes["slice"]) == ["recovery of 2023", "sideways 2023-25"]
    assert regimes["n"].sum() == part(table, "all", family="ewma")["n"].item()


@pytest.mark.parametrize(
    ("move", "hit"),
    [(0.07, True), (-0.07, True), (0.0672, True), (0.06, False), (0.15, False), (0.0, False)],
)
def test_a_close_at_the_limit_is_one_of_its_day(rows, move, hit):
    """Every stock moves once, on the eleventh day, and then rests there."""
    panel = panel_of(rows, lambda position: 20_000 * np.where(position < 10, 1, 1 + move))
    days = part(calibration_table(rows, panel, "given"), "day", family="ewma").set_index("slice")
    assert ("limit" in days.index) == hit
    if hit:
        day = rows["date"].unique()[10]
        assert days.loc["limit", "n"] == ((rows["date"] == day) & (rows["family"] == "ewma")).sum()


def test_the_limit_is_that_of_the_day_and_suspensions_are_passed_over(rows):
    old = rows.assign(date=rows["date"] - pd.Timedelta(days=365 * 12))
    closes = 20_000 * np.where(np.arange(400) < 12, 1, 1.05)
    closes[8:12] = np.nan
    panel = panel_of(old, lambda position: closes[: len(position)])
    day = old["date"].unique()[12]
    assert day < pd.Timestamp("2013-01-15")
    table = calibration_table(old[old["date"] == day], panel, "given")
    assert list(part(table, "day", family="ewma")["slice"]) == ["flat", "moving", "limit"]
    table = calibration_table(old[old["date"] != day], panel, "given")
    assert list(part(table, "day", family="ewma")["slice"]) == ["flat", "moving", "ordinary"]


def test_stocks_and_days_without_prices_are_ordinary(rows):
    panel = panel_of(rows, lambda position: 20_000 * 1.07**position)
    strange = panel.assign(symbol="XXX")
    some = pd.concat([panel[panel["symbol"] == "S03"], strange], ignore_index=True)
    hits = part(calibration_table(rows, some, "given"), "day", family="ewma", slice="limit")
    days = rows["date"].nunique()
    assert hits["n"].item() == days - 1


def test_skills_are_against_ewma_on_the_rows_that_it_has(rows):
    first = rows["symbol"].isin([f"S{number:02d}" for number in range(15)])
    half = rows[(rows["family"] != "ewma") | first].drop(columns=["ewma_pinball", "ewma_crps"])
    half = with_references(half.assign(q95=half["q95"] + 0.01 * (half["family"] == "lost")))
    table = part(calibration_table(half, panel_of(half), "given"), "all").set_index("family")
    lost = half[(half["family"] == "lost") & half["ewma_pinball"].notna()]
    assert lost["symbol"].nunique() == 15
    for loss in ("pinball", "crps"):
        expected = 1 - lost[loss].mean() / lost[f"ewma_{loss}"].mean()
        assert table.loc["lost", f"{loss}_skill"] == pytest.approx(expected)
        assert table.loc["ewma", f"{loss}_skill"] == 0
    without = half[half["family"] != "ewma"].assign(ewma_pinball=np.nan, ewma_crps=np.nan)
    found = calibration_table(without, panel_of(without), "given")
    assert found[["pinball_skill", "crps_skill"]].isna().all(axis=None)


def test_table_is_that_of_the_evidence(table, rows):
    columns = "family scope variant kind slice n coverage_50 coverage_80 coverage_90 pinball crps"
    assert list(table.columns) == [*columns.split(), "pinball_skill", "crps_skill"]
    assert pd.api.types.is_string_dtype(table["family"])
    assert (table["variant"] == "given").all()
    unknown = rows.assign(pinball=rows["pinball"].where(rows["family"] != "lost"))
    found = calibration_table(unknown, panel_of(rows), "given")
    assert "lost" not in set(found["family"])
    assert list(calibration_table(rows.iloc[:0], panel_of(rows), "given")) == list(table.columns)


def test_targets():
    whole = pd.DataFrame({"family": ["good", "bad", "uneven"], "kind": "all", "slice": "all"})
    whole[COVERAGES] = [[0.51, 0.79, 0.915], [0.50, 0.83, 0.90], [0.50, 0.80, 0.90]]
    stocks = pd.DataFrame({"slice": [f"S{number}" for number in range(10)], "kind": "symbol"})
    coverage = np.full(10, 0.80)
    coverage[0], coverage[1] = 0.90, 0.835
    parts = [stocks.assign(family=name, coverage_80=coverage) for name in ("good", "bad")]
    parts.append(stocks.assign(family="uneven", coverage_80=np.where(coverage > 0.8, 0.75, 0.8)))
    young = stocks.assign(family="good", slice="young", coverage_80=0.5, n=SYMBOL_ROWS - 1)
    table = pd.concat([whole, *parts], ignore_index=True).assign(n=SYMBOL_ROWS)
    table = pd.concat([table, young], ignore_index=True).assign(scope="pooled", variant="given")
    targets = calibration_targets(table).set_index("family")
    assert targets["pooled_miss"].to_dict() == pytest.approx({"good": 1.5, "bad": 3, "uneven": 0})
    assert targets["symbols_within"].to_dict() == {"good": 0.9, "bad": 0.9, "uneven": 0.8}
    assert targets["met"].to_dict() == {"good": True, "bad": False, "uneven": False}


def test_a_target_of_stocks_is_not_missed_where_none_has_a_year():
    whole = pd.DataFrame({"family": ["good", "bad"], "kind": "all", "slice": "all"})
    whole[COVERAGES] = [[0.51, 0.79, 0.915], [0.50, 0.83, 0.90]]
    stock = pd.DataFrame({"family": ["good", "bad"], "kind": "symbol", "slice": "S0"})
    stock[COVERAGES] = [0.3, 0.3, 0.3]
    table = pd.concat([whole.assign(n=SYMBOL_ROWS), stock.assign(n=SYMBOL_ROWS - 1)])
    targets = calibration_targets(table.assign(scope="pooled", variant="given"))
    met = targets.set_index("family")["met"]
    assert met["good"] is pd.NA
    assert not met["bad"]


def test_a_regime_of_a_few_days_is_no_slice(rows):
    """The first session of the recovery's end and all of the sideways market after it."""
    late = rows[rows["date"] >= "2023-09-04"]
    regimes = part(calibration_table(late, panel_of(late), "given"), "regime", family="ewma")
    assert late["date"].min() < pd.Timestamp("2023-09-07")
    assert list(regimes["slice"]) == ["sideways 2023-25"]


def test_a_board_of_many_rows_takes_a_moment():
    """A quarter of a board of 840,000 rows, allowed several times what it takes."""
    days, names = 1_700, [f"S{number:02d}" for number in range(30)]
    rng = np.random.default_rng(0)
    one = pd.DataFrame(
        {
            "scope": "pooled",
            "date": np.repeat(pd.bdate_range("2019-01-01", periods=days), len(names)),
            "symbol": np.tile(names, days),
            "y_true": rng.normal(size=days * len(names)),
            **dict(zip(QUANTILE_COLUMNS, norm.ppf(QUANTILES), strict=True)),
            **dict.fromkeys(["pinball", "crps", "ewma_pinball", "ewma_crps"], 1.0),
        }
    )
    rows = pd.concat([one.assign(family=name) for name in "abcd"], ignore_index=True)
    rows = rows.astype(dict.fromkeys(["family", "scope", "symbol"], "category"))
    panel = panel_of(one)
    start = process_time()
    calibration_table(rows, panel, "given")
    assert process_time() - start < 5
