"""A folder of a user's files, one of them hopeless: all others are still worked on."""

import json

import pandas as pd
import pytest
from tests.end_to_end.data_root import DataRoot, export_market

SYMBOLS = ("ACB", "FPT", "HPG", "SSI", "VNM")
GOOD = ("ACB", "FPT", "SSI", "VNM")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Five files, of which HPG's has highs below its lows."""
    folder = tmp_path_factory.mktemp("user") / "prices"
    export_market(folder, SYMBOLS)
    bars = pd.read_csv(folder / "HPG.csv")
    bars.assign(high=bars["low"] / 2).to_csv(folder / "HPG.csv", index=False)
    return folder


def given(folder):
    return f"--params=source={folder},symbols={' '.join(SYMBOLS)},now=2025-08-29T16:00"


def assert_told(finished):
    """Check that the end names the symbol, the code, the file and the fix, once."""
    assert finished.flat.count("Left out: ") == 1
    assert "Left out: D007 error HPG HPG.csv:2" in finished.flat
    assert "take all four prices from one adjustment" in finished.flat
    reason = "NoPricesError: HPG has no usable prices: see data_quality.html."
    assert finished.error.count(reason) == 1
    assert "Traceback" not in finished.text


def test_a_family_is_trained_on_the_good_files_and_the_bad_one_is_named(folder, tmp_path):
    root = DataRoot(tmp_path / "data")
    finished = root.run("--pipeline=ridge", given(folder))
    assert finished.code == 1
    assert_told(finished)
    assert "ridge.HPG: NoPricesError" in finished.flat
    for scope in (*GOOD, "VN30"):
        record = json.loads((root.path / f"08_reporting/scores/ridge/{scope}.json").read_text())
        assert record["status"] == "ok", record
    pooled = pd.read_parquet(root.path / "07_model_output/ridge/VN30.parquet")
    assert set(pooled["symbol"]) == set(GOOD)
    assert "HPG" in (root.path / "08_reporting/data_quality.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_file_of_garbage_is_told_by_the_data_pipeline(folder, tmp_path):
    mixed = tmp_path / "mixed"
    mixed.mkdir()
    for symbol in GOOD:
        (mixed / f"{symbol}.csv").write_bytes((folder / f"{symbol}.csv").read_bytes())
    (mixed / "HPG.csv").write_bytes(bytes(range(256)) * 40)
    finished = DataRoot(tmp_path / "data").run("--pipeline=data", given(mixed))
    assert finished.code == 0, finished.text
    assert "4 symbols usable" in finished.flat
    assert "HPG.csv" in finished.flat
    assert "data_quality.html" in finished.flat


@pytest.mark.slow
def test_the_report_is_made_of_the_good_files(folder, tmp_path):
    root = DataRoot(tmp_path / "data")
    finished = root.run(given(folder))
    assert finished.code == 1
    assert_told(finished)
    failed = [f"{family}.HPG" for family in ("lightgbm", "lstm", "ridge", "tft")]
    for name in (*failed, "lstm.HPG_finetuned", "tft.HPG_finetuned"):
        assert name in finished.flat
    assert "6 failed; all else is done and kept" in finished.flat
    board = pd.read_csv(root.path / "08_reporting/leaderboard.csv")
    by_symbol = board[board["scope"] != "pooled"]
    assert (by_symbol["n_failed"] == 1).all()
    assert (board.loc[board["scope"] == "pooled", "n_failed"] == 0).all()
    forecasts = pd.read_parquet(root.path / "07_model_output/forecasts.parquet")
    assert set(forecasts["symbol"]) == set(GOOD)
    html = (root.path / "08_reporting/report.html").read_text(encoding="utf-8")
    assert "HPG has no usable prices" in html
    assert "SIMULATED" not in html
    assert "survivorship" in html.lower()
    assert str(root.path / "08_reporting/report.html") in finished.flat
