import numpy as np
import pandas as pd
import pytest
from price_files import TODAY, canonical, make_bars

from vn30_training.market import qlib_bins
from vn30_training.market.issues import DataError
from vn30_training.market.quality import validate
from vn30_training.market.reading import read_folder

FPT = canonical(make_bars(0), "FPT")
VCB = canonical(make_bars(1), "VCB").iloc[100:250]
PRICES = pd.concat([FPT, VCB], ignore_index=True)


def test_what_is_written_is_read_again(tmp_path):
    prices = PRICES.assign(raw_close=PRICES["close"] * 2)
    qlib_bins.write(prices, tmp_path)
    again, issues = qlib_bins.read(tmp_path)
    assert issues == []
    pd.testing.assert_frame_equal(again[prices.columns], prices, rtol=1e-6)


def test_the_files_are_qlibs(tmp_path):
    qlib_bins.write(PRICES, tmp_path)
    assert (tmp_path / "instruments" / "all.txt").read_text().splitlines() == [
        f"{symbol}\t{bars['date'].iloc[0]:%Y-%m-%d}\t{bars['date'].iloc[-1]:%Y-%m-%d}"
        for symbol, bars in PRICES.groupby("symbol")
    ]
    content = np.fromfile(tmp_path / "features" / "vcb" / "close.day.bin", "<f4")
    assert content[0] == 100
    np.testing.assert_array_equal(content[1:], VCB["close"].to_numpy("f4"))
    factor = np.fromfile(tmp_path / "features" / "vcb" / "factor.day.bin", "<f4")
    assert set(factor[1:]) == {1.0}


def test_days_without_a_bar_are_holes(tmp_path):
    holed = PRICES.drop(index=[10, 11])
    qlib_bins.write(pd.concat([holed, VCB.assign(symbol="MBB")]), tmp_path)
    again, _ = qlib_bins.read(tmp_path)
    assert (again["symbol"] == "FPT").sum() == 298


def test_the_reader_takes_such_a_folder(tmp_path):
    qlib_bins.write(PRICES, tmp_path)
    read = read_folder(tmp_path, symbols=["FPT", "HPG"])
    assert [one.code for one in read.issues] == ["D026"]
    assert set(validate(read, today=TODAY).prices["symbol"]) == {"FPT"}


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x00\x80", np.array([290] + [1] * 300, "<f4").tobytes()]
)
def test_torn_bins_stop_their_symbol_only(tmp_path, content):
    qlib_bins.write(PRICES, tmp_path)
    (tmp_path / "features" / "vcb" / "close.day.bin").write_bytes(content)
    prices, (found,) = qlib_bins.read(tmp_path)
    assert (found.code, found.symbol) == ("D016", "VCB")
    assert set(prices["symbol"]) == {"FPT"}


def test_without_a_calendar_nothing_is_read(tmp_path):
    qlib_bins.write(PRICES, tmp_path)
    (tmp_path / "calendars" / "day.txt").write_text("some day\n")
    with pytest.raises(DataError, match="D016"):
        qlib_bins.read(tmp_path)
    assert [one.code for one in read_folder(tmp_path).issues] == ["D016"]


def test_the_command_exports_a_parquet_file(tmp_path):
    PRICES.to_parquet(tmp_path / "prices.parquet")
    qlib_bins.main([str(tmp_path / "prices.parquet"), str(tmp_path / "qlib")])
    pd.testing.assert_frame_equal(
        qlib_bins.read(tmp_path / "qlib")[0][PRICES.columns], PRICES, rtol=1e-6
    )
