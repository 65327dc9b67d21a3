"""Forty and more bad inputs: each is rejected, repaired or told by a named code, and only its own
symbol pays for it."""

import gzip
import io
import os
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from price_files import TODAY, as_text, canonical, make_bars, write

from vn30_training.market.checks import CODES, REPAIRS
from vn30_training.market.quality import QualityOptions, validate
from vn30_training.market.reading import ReadOptions, read_folder

GOOD = {"FPT": make_bars(1), "HPG": make_bars(2), "MBB": make_bars(3), "VNM": make_bars(4)}
BARS = make_bars(0)
PRICES = ["open", "high", "low", "close"]
LIMITS = ReadOptions(max_megabytes=2, max_rows=20_000)


@dataclass
class Case:
    """A way to spoil VCB's data, the code that tells of it, and what becomes of the symbol."""

    spoil: Callable[[Path], None]
    code: str
    outcome: str
    repair: str | None = None


CASES: dict[str, Case] = {}


def case(code: str, outcome: str, repair: str | None = None):
    def register(spoil):
        CASES[spoil.__name__] = Case(spoil, code, outcome, repair)
        return spoil

    return register


def spoilt(folder: Path, at: int | slice, column: str | list[str], value: object) -> None:
    bars = BARS.astype(dict.fromkeys([*PRICES, "volume"], object))
    bars.loc[at, column] = value
    write(folder, "VCB.csv", bars)


def text_of(folder: Path, text: str) -> None:
    (folder / "VCB.csv").write_text(text)


def dated(folder: Path, dates: pd.Series) -> None:
    write(folder, "VCB.csv", BARS.assign(date=dates))


@case("D016", "rejected")
def zero_bytes(folder):
    (folder / "VCB.csv").write_bytes(b"")


@case("D016", "rejected")
def only_blank_lines(folder):
    text_of(folder, "\n\n\n")


@case("D016", "rejected")
def csv_cut_within_its_last_line(folder):
    text_of(folder, as_text(BARS)[:-30])


@case("D016", "rejected")
def nul_bytes_after_a_crash(folder):
    (folder / "VCB.csv").write_bytes(as_text(BARS).encode()[:4000] + bytes(4096))


@case("D016", "rejected")
def binary_called_csv(folder):
    (folder / "VCB.csv").write_bytes(np.random.default_rng(0).bytes(5000))


@case("D016", "rejected")
def quote_never_closed(folder):
    text_of(folder, as_text(BARS).replace("2025-01-02,", '"2025-01-02,', 1))


@case("D016", "rejected")
def too_many_fields(folder):
    text_of(folder, as_text(BARS).replace("2025-01-02,", "2025-01-02,1,2,3,", 1))


@case("D016", "rejected")
def parquet_cut_off(folder):
    buffer = io.BytesIO()
    BARS.to_parquet(buffer)
    (folder / "VCB.parquet").write_bytes(buffer.getvalue()[:-100])


@case("D016", "rejected")
def csv_called_parquet(folder):
    (folder / "VCB.parquet").write_text(as_text(BARS))


@case("D016", "rejected")
def workbook_cut_off(folder):
    buffer = io.BytesIO()
    BARS.to_excel(buffer, index=False)
    (folder / "VCB.xlsx").write_bytes(buffer.getvalue()[:-100])


@case("D016", "rejected")
def gzip_cut_off(folder):
    (folder / "VCB.csv.gz").write_bytes(gzip.compress(as_text(BARS).encode())[:-100])


@case("D016", "rejected")
def zip_with_a_flipped_byte(folder):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("VCB.csv", as_text(BARS))
    content = bytearray(buffer.getvalue())
    content[2000] ^= 0x55
    (folder / "VCB.zip").write_bytes(bytes(content))


@case("D016", "rejected")
def pipe_called_csv(folder):
    os.mkfifo(folder / "VCB.csv")


@case("D016", "rejected")
def link_to_itself(folder):
    (folder / "VCB.csv").symlink_to(folder / "VCB.csv")


@case("D017", "rejected")
def gzip_bomb(folder):
    (folder / "VCB.csv.gz").write_bytes(gzip.compress(bytes(5_000_000)))


@case("D017", "rejected")
def zip_bomb(folder):
    with zipfile.ZipFile(folder / "VCB.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("VCB.csv", bytes(5_000_000))


@case("D017", "rejected")
def parquet_bomb(folder):
    pd.DataFrame({"date": BARS["date"][0], "close": np.ones(300_000)}).to_parquet(
        folder / "VCB.parquet"
    )


@case("D017", "rejected")
def too_many_lines(folder):
    text_of(folder, "date,close\n" + "2025-01-02,1\n" * 30_000)


@case("D018", "rejected")
def zip_with_a_path_upwards(folder):
    with zipfile.ZipFile(folder / "VCB.zip", "w") as archive:
        archive.writestr("../VCB.csv", as_text(BARS))


@case("D018", "rejected")
def link_out_of_the_folder(folder):
    outside = folder.parent / f"{folder.name}-outside.csv"
    outside.write_text(as_text(BARS))
    (folder / "VCB.csv").symlink_to(outside)


@case("D019", "rejected")
def hostile_name_of_a_file(folder):
    write(folder, "VCB;rm.csv", BARS)


@case("D019", "rejected")
def hostile_name_in_a_row(folder):
    write(folder, "more.csv", BARS.assign(symbol="../VCB"))


@case("D002", "rejected")
def no_close(folder):
    write(folder, "VCB.csv", BARS.drop(columns="close"))


@case("D002", "rejected")
def no_date(folder):
    write(folder, "VCB.csv", BARS.drop(columns="date"))


@case("D002", "rejected")
def no_high(folder):
    write(folder, "VCB.csv", BARS.drop(columns="high"))


@case("D031", "rejected")
def close_twice(folder):
    write(folder, "VCB.csv", BARS.assign(Close=BARS["close"]))


@case("D003", "rejected")
def day_or_month_first(folder):
    few = BARS[BARS["date"].dt.day <= 12]
    write(folder, "VCB.csv", few.assign(date=few["date"].dt.strftime("%d/%m/%Y")))


@case("D003", "rejected")
def day_and_month_first(folder):
    half = BARS["date"].dt.strftime("%d/%m/%Y")
    half[150:] = BARS["date"][150:].dt.strftime("%m/%d/%Y")
    dated(folder, half)


@case("D003", "rejected")
def a_day_that_does_not_exist(folder):
    dates = BARS["date"].dt.strftime("%Y-%m-%d")
    dates[100] = "2025-02-30"
    dated(folder, dates)


@case("D003", "rejected")
def words_for_dates(folder):
    dated(folder, pd.Series(["yesterday"] * len(BARS)))


@case("D003", "rejected")
def two_digit_years(folder):
    dated(folder, BARS["date"].dt.strftime("%d/%m/%y"))


@case("D029", "rejected")
def dates_in_the_future(folder):
    dated(folder, BARS["date"] + pd.Timedelta(days=364))


@case("D004", "rejected")
def two_closes_for_one_day(folder):
    again = BARS.iloc[[50]].assign(close=BARS["close"][50] + 0.01)
    write(folder, "VCB.csv", pd.concat([BARS, again]))


@case("D004", "rejected")
def bars_within_the_day(folder):
    hours = BARS["date"].repeat(2) + pd.to_timedelta([9, 10] * len(BARS), unit="h")
    bars = BARS.loc[BARS.index.repeat(2)].assign(date=hours.dt.strftime("%Y-%m-%d %H:%M"))
    bars["volume"] += np.arange(len(bars))
    write(folder, "VCB.csv", bars)


@case("D004", "repaired", "duplicates_dropped")
def repeated_rows(folder):
    write(folder, "VCB.csv", pd.concat([BARS, BARS.iloc[40:60]]))


@case("D005", "rejected")
def dong_from_some_day_on(folder):
    bars = BARS.copy()
    bars.loc[200:, PRICES] *= 1000
    write(folder, "VCB.csv", bars)


@case("D005", "rejected")
def close_in_dong_the_rest_in_thousands(folder):
    write(folder, "VCB.csv", BARS.assign(close=BARS["close"] * 1000))


@case("D006", "rejected")
def high_and_low_swapped(folder):
    write(folder, "VCB.csv", BARS.rename(columns={"high": "low", "low": "high"}))


@case("D006", "told")
def one_high_below_its_low(folder):
    spoilt(folder, 60, "high", 1.0)


@case("D007", "rejected")
def adjusted_close_with_raw_prices(folder):
    factor = np.where(np.arange(len(BARS)) < 200, 0.7, 1.0)
    write(folder, "VCB.csv", BARS.assign(close=(BARS["close"] * factor).round(2)))


@case("D008", "told")
def split_not_adjusted(folder):
    bars = BARS.copy()
    bars.loc[:149, PRICES] *= 2
    write(folder, "VCB.csv", bars)


@case("D009", "repaired", "leading_phantom_dropped")
def bars_before_the_listing(folder):
    days = pd.bdate_range(end=BARS["date"][0] - pd.Timedelta(days=1), periods=200)
    phantom = pd.DataFrame({"date": days, **dict.fromkeys(PRICES, 50.0), "volume": 0})
    write(folder, "VCB.csv", pd.concat([phantom, BARS]))


@case("D009", "rejected")
def frozen_for_half_a_year(folder):
    bars = BARS.copy()
    bars.loc[100:230, [*PRICES, "volume"]] = bars.loc[100, [*PRICES, "volume"]].tolist()
    write(folder, "VCB.csv", bars)


@case("D009", "told")
def no_volume_for_a_while(folder):
    spoilt(folder, slice(100, 120), "volume", 0)


@case("D010", "partial", "partial_bar_dropped")
def last_close_not_yet_known(folder):
    spoilt(folder, len(BARS) - 1, "close", 0)


@case("D011", "told")
def a_bar_on_a_saturday(folder):
    extra = BARS.iloc[[-1]].assign(date=pd.Timestamp("2025-08-23"), close=BARS["close"].iloc[-2])
    write(folder, "VCB.csv", pd.concat([BARS, extra]).sort_values("date"))


@case("D011", "rejected")
def every_other_month_missing(folder):
    write(folder, "VCB.csv", BARS[BARS["date"].dt.month % 2 == 0])


@case("D012", "rejected")
def twenty_rows(folder):
    write(folder, "VCB.csv", BARS.tail(20))


@case("D013", "told")
def ended_long_ago(folder):
    dated(folder, BARS["date"] - pd.Timedelta(days=728))


@case("D020", "rejected")
def words_for_a_price(folder):
    spoilt(folder, 100, "close", "N.A.!")


@case("D020", "rejected")
def decimals_in_two_ways(folder):
    bars = BARS.astype({"close": str, "open": str})
    bars.loc[100:, "open"] = bars.loc[100:, "open"].str.replace(".", ",")
    text_of(folder, bars.to_csv(index=False, sep=";"))


@case("D021", "rejected")
def infinite_price(folder):
    spoilt(folder, 100, "high", "inf")


@case("D022", "rejected")
def negative_price(folder):
    spoilt(folder, 100, "low", -1.0)


@case("D022", "rejected")
def negative_volume(folder):
    spoilt(folder, 100, "volume", -100)


@case("D023", "told", "zero_prices_blanked")
def one_open_of_zero(folder):
    spoilt(folder, 100, "open", 0)


@case("D023", "told", "unpriced_rows_dropped")
def one_close_missing(folder):
    spoilt(folder, 100, "close", "")


@case("D023", "rejected")
def closes_missing_for_a_month(folder):
    spoilt(folder, slice(100, 120), "close", "")


@case("D024", "told")
def closes_only(folder):
    write(folder, "VCB.csv", BARS[["date", "close"]])


@case("D025", "rejected")
def old_excel(folder):
    (folder / "VCB.xls").write_bytes(b"\xd0\xcf\x11\xe0 old")


@case("D025", "rejected")
def foreign_flows(folder):
    text_of(folder, "Ngay,KLGDRong,RoomConLai\n25/08/2025,1,2\n")


@case("D026", "rejected")
def no_file_at_all(folder):
    del folder


@case("D027", "told")
def two_files_of_one_symbol(folder):
    write(folder, "VCB_2024.csv", BARS[:150])
    write(folder, "VCB_2025.csv", BARS[150:])


@case("D028", "rejected")
def saved_under_another_name(folder):
    write(folder, "VCB.csv", GOOD["MBB"].assign(volume=GOOD["MBB"]["volume"]))


@case("D028", "rejected")
def another_symbol_spliced_in(folder):
    bars = BARS.copy()
    bars.iloc[100:150] = GOOD["MBB"].iloc[100:150]
    write(folder, "VCB.csv", bars)


@case("-", "repaired", "rows_sorted")
def newest_first(folder):
    write(folder, "VCB.csv", BARS[::-1])


@case("-", "repaired", "blank_rows_dropped")
def blank_lines_between(folder):
    text_of(folder, as_text(BARS).replace("\n2025-01-02", "\n,,,,,\n\n2025-01-02"))


@pytest.fixture
def folder(tmp_path):
    for symbol, bars in GOOD.items():
        write(tmp_path, f"{symbol}.csv", bars)
    return tmp_path


SHARED = {"saved_under_another_name", "another_symbol_spliced_in"}


def test_there_are_enough_cases():
    assert len(CASES) >= 60
    assert {entry.code for entry in CASES.values()} - {"-"} <= set(CODES)
    assert {entry.repair for entry in CASES.values()} - {None} <= set(REPAIRS)


@pytest.mark.parametrize("name", CASES)
def test_bad_input(folder, name):
    entry = CASES[name]
    entry.spoil(folder)
    read = read_folder(folder, LIMITS, symbols=[*GOOD, "VCB"])
    checked = validate(read, today=TODAY)
    report = checked.report
    symbols = set(checked.prices["symbol"])

    others = set(GOOD) - ({"MBB"} if name in SHARED else set())
    assert others <= symbols, report.excluded

    told = [one for one in report.issues if one.code == entry.code]
    assert entry.code == "-" or told
    assert all(one.fix and one.message for one in told)
    assert ("VCB" in symbols) == (entry.outcome != "rejected"), report.excluded
    assert ("VCB" in report.excluded) == (entry.outcome == "rejected")
    if entry.repair:
        done = [one for one in report.repairs if one["repair"] == entry.repair]
        assert [one["symbol"] for one in done] == ["VCB"]
    if entry.outcome in ("repaired", "partial"):
        whole = canonical(BARS, "VCB")
        expected = whole if entry.outcome == "repaired" else whole[:-1]
        got = checked.prices[checked.prices["symbol"] == "VCB"].reset_index(drop=True)
        pd.testing.assert_frame_equal(got, expected)


def test_rows_are_named_by_their_line(folder):
    words_for_a_price(folder)
    (found,) = [one for one in read_folder(folder).issues if one.code == "D020"]
    assert (found.symbol, found.file, found.row) == ("VCB", "VCB.csv", 102)


def test_nothing_to_read(tmp_path):
    checked = validate(read_folder(tmp_path), today=TODAY)
    assert [one.code for one in checked.report.issues] == ["D001"]
    assert not checked.report.usable
    assert checked.prices.empty


def test_a_partial_bar_is_an_error_where_it_may_not_be_dropped(folder):
    last_close_not_yet_known(folder)
    options = QualityOptions(allow_drop_partial=False)
    assert "D010" in validate(read_folder(folder), options, TODAY).report.excluded["VCB"]
