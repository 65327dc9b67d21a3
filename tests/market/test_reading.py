import gzip
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from price_files import as_text, canonical, make_bars, write

from vn30_training.market.reading import ReadOptions, read_folder
from vn30_training.market.schema import REQUIRED

BARS = make_bars()
EXPECTED = canonical(BARS, "FPT")
CAFEF_NAMES = {
    "date": "Ngay",
    "close": "GiaDongCua",
    "open": "GiaMoCua",
    "high": "GiaCaoNhat",
    "low": "GiaThapNhat",
    "volume": "KhoiLuongKhopLenh",
}


def prices_of(folder: Path, **options: object) -> pd.DataFrame:
    read = read_folder(folder, ReadOptions(**options))
    assert [entry for entry in read.issues if entry.level == "error"] == []
    return read.prices[list(REQUIRED)]


def dated(bars: pd.DataFrame, spelling: str) -> pd.DataFrame:
    return bars.assign(date=bars["date"].dt.strftime(spelling))


def write_bytes(folder: Path, name: str, content: bytes) -> None:
    (folder / name).write_bytes(content)


def vnstock(folder: Path) -> None:
    write(folder, "FPT.csv", BARS.rename(columns={"date": "time"}))


def vnstock_history(folder: Path) -> None:
    write(folder, "FPT_history.csv", BARS.rename(columns={"date": "time"}))


def long_with_mark(folder: Path) -> None:
    bars = BARS.rename(columns=str.title).assign(Symbol="FPT")
    write_bytes(folder, "all.csv", as_text(bars).encode("utf-8-sig"))


def amibroker(folder: Path) -> None:
    bars = dated(BARS, "%Y%m%d").set_axis(
        ["<DTYYYYMMDD>", "<Open>", "<High>", "<Low>", "<Close>", "<Volume>"], axis=1
    )
    bars.insert(0, "<Ticker>", "FPT")
    write(folder, "CafeF.HSX.Upto25.08.2025.csv", bars)


def excel_named_amibroker(folder: Path) -> None:
    bars = dated(BARS, "%Y%m%d").set_axis(
        [
            "<DTYYYYMMDD>",
            "<OpenFixed>",
            "<HighFixed>",
            "<LowFixed>",
            "<CloseFixed>",
            "<Volume>",
        ],
        axis=1,
    )
    raw = {"<Open>": 1.5, "<High>": 1.5, "<Low>": 1.5, "<Close>": 1.5}
    write(folder, "excel_fpt.csv", bars.assign(**raw, **{"<OPENINT>": 0}))


def cafef_site(folder: Path) -> None:
    bars = dated(BARS, "%d/%m/%Y").rename(columns=CAFEF_NAMES)[::-1]
    bars.insert(1, "GiaDieuChinh", bars["GiaDongCua"])
    write(folder, "FPT.csv", bars.assign(ThayDoi="0(0.00 %)"))


def vndirect(folder: Path) -> None:
    write(folder, "FPT.csv", BARS.assign(unadjusted=BARS["close"] * 2, putthrough=0))


def investing_vietnamese(folder: Path) -> None:
    bars = dated(BARS, "%d/%m/%Y")
    text = pd.DataFrame(
        {
            "Ngày": bars["date"],
            "Lần cuối": (bars["close"] * 1000).map("{:,.1f}".format),
            "Mở": (bars["open"] * 1000).map("{:,.1f}".format),
            "Cao": (bars["high"] * 1000).map("{:,.1f}".format),
            "Thấp": (bars["low"] * 1000).map("{:,.1f}".format),
            "KL": (bars["volume"] / 1000).map("{:.3f}K".format),
            "% Thay đổi": "0.10%",
        }
    )
    content = text[::-1].to_csv(index=False, quoting=1).encode("utf-8-sig")
    write_bytes(folder, "Dữ liệu Lịch sử FPT.csv", content)


def investing_decimal_comma(folder: Path) -> None:
    bars = dated(BARS, "%d.%m.%Y")
    for column in ("open", "high", "low", "close"):
        numbers = (bars[column] * 1000).map("{:,.2f}".format)
        bars[column] = numbers.str.translate(str.maketrans(",.", ".,"))
    bars = bars.set_axis(["Ngày", "Mở", "Cao", "Thấp", "Lần cuối", "KL"], axis=1)
    write_bytes(folder, "FPT.csv", bars.to_csv(index=False, sep=";").encode("utf-16"))


def investing_english(folder: Path) -> None:
    bars = dated(BARS, "%b %d, %Y").set_axis(
        ["Date", "Open", "High", "Low", "Price", "Vol."], axis=1
    )
    (folder / "FPT Historical Data.csv").write_text(bars.to_csv(index=False, quoting=1))


def yahoo(folder: Path) -> None:
    head = "Price,Close,High,Low,Open,Volume\nTicker" + ",FPT.VN" * 5 + "\nDate,,,,,\n"
    columns = ["date", "close", "high", "low", "open", "volume"]
    (folder / "yahoo.csv").write_text(head + as_text(BARS[columns], header=False))


def ssi(folder: Path) -> None:
    bars = dated(BARS, "%d/%m/%Y")
    for column in ("open", "high", "low", "close"):
        bars[column] = (bars[column] * 1000).map("{:.0f}".format)
    bars = bars.rename(columns=str.title).rename(columns={"Date": "TradingDate"})
    bars.insert(0, "Symbol", "FPT")
    write(folder, "daily.csv", bars.assign(Market="HOSE", Value="1"))


def cp1258(folder: Path) -> None:
    names = ["Ngày", "Mở", "Cao nhất", "Thấp nhất", "Đóng cửa", "Khối lượng"]
    header = ",".join(names)
    spelled = {"ở": "ơ\u0309", "ấ": "â\u0301", "ố": "ô\u0301", "ợ": "ơ\u0323", "ử": "ư\u0309"}
    for letter, pair in spelled.items():
        header = header.replace(letter, pair)
    text = header + "\n" + as_text(BARS, header=False)
    write_bytes(folder, "FPT.csv", text.encode("cp1258"))


def title_above(folder: Path) -> None:
    (folder / "FPT.csv").write_text("Giá lịch sử FPT\n\n" + as_text(BARS))


def gzipped(folder: Path) -> None:
    write_bytes(folder, "FPT.csv.gz", gzip.compress(as_text(BARS).encode()))


def zipped(folder: Path) -> None:
    with zipfile.ZipFile(folder / "prices.zip", "w") as archive:
        archive.writestr("data/FPT.csv", as_text(BARS))
        archive.writestr("__MACOSX/._FPT.csv", b"\x00")


def workbook(folder: Path) -> None:
    BARS.to_excel(folder / "FPT.xlsx", index=False)


def workbook_of_serials(folder: Path) -> None:
    days = (BARS["date"] - pd.Timestamp("1899-12-30")).dt.days
    BARS.assign(date=days).to_excel(folder / "FPT.xlsx", index=False, sheet_name="FPT")


def parquet(folder: Path) -> None:
    BARS.to_parquet(folder / "FPT.parquet")


def parquet_of_stamps(folder: Path) -> None:
    # Midnight in Vietnam, kept as UTC.
    stamps = (BARS["date"] - pd.Timedelta(hours=7)).dt.tz_localize("UTC")
    BARS.assign(date=stamps).set_index("date").to_parquet(folder / "FPT.parquet")


def naive_utc_stamps(folder: Path) -> None:
    write(folder, "FPT.csv", dated(BARS.assign(date=BARS["date"] - pd.Timedelta(hours=7)), "%F %T"))


def morning_stamps(folder: Path) -> None:
    write(folder, "FPT.csv", dated(BARS, "%Y-%m-%d 07:00:00"))


def zulu_stamps(folder: Path) -> None:
    shifted = BARS.assign(date=BARS["date"] - pd.Timedelta(hours=7))
    write(folder, "FPT.csv", dated(shifted, "%Y-%m-%dT%H:%M:%SZ"))


def epoch(folder: Path) -> None:
    seconds = (BARS["date"] - pd.Timestamp(0)) // pd.Timedelta(seconds=1) - 7 * 3600
    write(folder, "FPT.csv", BARS.assign(date=seconds))


def dong(folder: Path) -> None:
    prices = (BARS[["open", "high", "low", "close"]] * 1000).round(1)
    write(folder, "FPT.csv", BARS.assign(**{name: prices[name] for name in prices}))


def month_first(folder: Path) -> None:
    write(folder, "FPT.csv", dated(BARS, "%m/%d/%Y"))


def tabs(folder: Path) -> None:
    (folder / "FPT.tsv").write_text(as_text(BARS, sep="\t"))


def folder_per_symbol(folder: Path) -> None:
    (folder / "FPT").mkdir()
    write(folder / "FPT", "PriceHistory.csv", BARS)


def legacy_header(folder: Path) -> None:
    names = [
        "Ngày (dd/mm)",
        "MỞ CỬA",
        "[Cao nhất]",
        "<thấp nhất>",
        "Đóng cửa (nghìn)",
        "KL khớp lệnh",
    ]
    write(folder, "FPT.csv", BARS.set_axis(names, axis=1))


LAYOUTS = (
    vnstock,
    vnstock_history,
    long_with_mark,
    amibroker,
    excel_named_amibroker,
    cafef_site,
    vndirect,
    investing_vietnamese,
    investing_decimal_comma,
    investing_english,
    yahoo,
    ssi,
    cp1258,
    title_above,
    gzipped,
    zipped,
    workbook,
    workbook_of_serials,
    parquet,
    parquet_of_stamps,
    naive_utc_stamps,
    morning_stamps,
    zulu_stamps,
    epoch,
    dong,
    month_first,
    tabs,
    folder_per_symbol,
    legacy_header,
)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.__name__)
def test_every_layout_gives_the_same_prices(tmp_path, layout):
    layout(tmp_path)
    pd.testing.assert_frame_equal(prices_of(tmp_path), EXPECTED, rtol=1e-12)


def test_adjusted_close_scales_the_bar_and_keeps_the_raw_close(tmp_path):
    write(tmp_path, "FPT.csv", BARS.assign(close_adjusted=BARS["close"] / 2))
    prices = read_folder(tmp_path).prices
    for column in ("open", "high", "low", "close"):
        np.testing.assert_allclose(prices[column], EXPECTED[column] / 2, rtol=1e-9)
    np.testing.assert_allclose(prices["raw_close"], EXPECTED["close"])


def test_wide_closes_leave_the_rest_empty_and_say_so(tmp_path):
    wide = pd.DataFrame({"date": BARS["date"], "FPT": BARS["close"], "VCB": BARS["close"] + 1})
    write(tmp_path, "closes.csv", wide)
    read = read_folder(tmp_path)
    assert read.prices.groupby("symbol").size().to_dict() == {"FPT": 300, "VCB": 300}
    assert read.prices[["open", "volume"]].isna().all(axis=None)
    np.testing.assert_allclose(read.prices.loc[:299, "close"], EXPECTED["close"])
    assert {entry.code for entry in read.issues} == {"D024"}


def test_index_levels_are_points(tmp_path):
    write(tmp_path, "VN30.csv", BARS)
    read = read_folder(tmp_path)
    np.testing.assert_allclose(read.prices["close"], BARS["close"])
    assert read.files[0]["unit"] == "points"


def test_several_sheets_are_symbols(tmp_path):
    with pd.ExcelWriter(tmp_path / "book.xlsx") as book:
        BARS.to_excel(book, sheet_name="FPT", index=False)
        BARS.to_excel(book, sheet_name="VCB", index=False)
    assert set(read_folder(tmp_path).prices["symbol"]) == {"FPT", "VCB"}


def test_yahoo_with_several_tickers(tmp_path):
    columns = pd.MultiIndex.from_product(
        [["Close", "High", "Low", "Open", "Volume"], ["FPT.VN", "VCB.VN"]],
        names=["Price", "Ticker"],
    )
    names = [field.lower() for field, _ in columns]
    wide = BARS.set_index(BARS["date"].rename("Date"))[names].set_axis(columns, axis=1)
    wide.to_csv(tmp_path / "yahoo.csv")
    prices = prices_of(tmp_path)
    assert set(prices["symbol"]) == {"FPT", "VCB"}
    pd.testing.assert_frame_equal(prices[:300], EXPECTED)


def test_only_the_symbols_asked_for_are_read_and_missing_ones_told(tmp_path):
    write(tmp_path, "all.csv", pd.concat([BARS.assign(symbol=name) for name in ("FPT", "VCB")]))
    read = read_folder(tmp_path, symbols=["FPT", "FTP"])
    assert set(read.prices["symbol"]) == {"FPT"}
    (found,) = [entry for entry in read.issues if entry.code == "D026"]
    assert found.symbol == "FTP"
    assert "is FPT meant?" in found.message


def test_own_column_names(tmp_path):
    bars = BARS.rename(columns={"close": "settle"})
    write(tmp_path, "FPT.csv", bars)
    assert [entry.code for entry in read_folder(tmp_path).issues] == ["D002"]
    pd.testing.assert_frame_equal(prices_of(tmp_path, columns={"close": "settle"}), EXPECTED)


def test_ambiguous_dates_are_read_once_the_format_is_given(tmp_path):
    few = BARS[BARS["date"].dt.day <= 12]
    write(tmp_path, "FPT.csv", dated(few, "%d/%m/%Y"))
    assert [entry.code for entry in read_folder(tmp_path).issues] == ["D003"]
    prices = prices_of(tmp_path, date_format="dd/mm/yyyy")
    assert prices["date"].tolist() == few["date"].tolist()


def test_manifest_and_repairs_name_the_file(tmp_path):
    write(tmp_path, "FPT.csv", BARS[::-1])
    read = read_folder(tmp_path)
    (file,) = read.files
    assert file["name"] == "FPT.csv"
    assert file["rows"] == 300
    assert file["symbols"] == ["FPT"]
    assert len(file["sha256"]) == 64
    assert {entry["repair"] for entry in read.repairs} == {"rows_sorted", "thousand_dong_scaled"}
    assert read.prices["source_row"].iloc[[0, -1]].tolist() == [301, 2]


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**32 - 1), scale=st.sampled_from([1, 1000]))
def test_any_order_of_rows_and_either_unit_give_the_same_prices(tmp_path, seed, scale):
    shuffled = BARS.sample(frac=1, random_state=seed)
    prices = (shuffled[["open", "high", "low", "close"]] * scale).round(2)
    write(tmp_path, "FPT.csv", shuffled.assign(**{name: prices[name] for name in prices}))
    pd.testing.assert_frame_equal(prices_of(tmp_path), EXPECTED)


def test_notes_beside_the_prices_are_left_alone(tmp_path):
    write(tmp_path, "FPT.csv", BARS)
    (tmp_path / "README.txt").write_text("Prices, of, FPT\n")
    (tmp_path / "members.csv").write_text("symbol,start_date\nFPT,2020-01-01\n")
    (found,) = read_folder(tmp_path).issues
    assert (found.code, found.level, found.file) == ("D025", "warning", "members.csv")


def test_a_single_file_is_a_source_too(tmp_path):
    write(tmp_path, "FPT.csv", BARS)
    assert len(read_folder(tmp_path / "FPT.csv").prices) == 300


def test_a_hopeless_file_of_a_symbol_not_asked_for_is_but_a_warning(tmp_path):
    write(tmp_path, "FPT.csv", BARS)
    (tmp_path / "XYZ.csv").write_bytes(b"")
    (found,) = read_folder(tmp_path, symbols=["FPT"]).issues
    assert (found.code, found.level, found.symbol, found.file) == (
        "D016",
        "warning",
        None,
        "XYZ.csv",
    )
    (found,) = read_folder(tmp_path).issues
    assert (found.level, found.symbol) == ("error", "XYZ")
