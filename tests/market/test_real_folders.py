"""The reader and the checks on real prices, with the defects known of them."""

from datetime import date

import pandas as pd
import pytest

from vn30_training.market.checks.cross import cross_check
from vn30_training.market.quality import validate
from vn30_training.market.reading import read_folder

pytestmark = [pytest.mark.real_data, pytest.mark.slow]
TODAY = date(2025, 8, 27)
KEYS = ["symbol", "date"]
SCALE = {"index": 1, "index/alt": 1}


@pytest.fixture(scope="module")
def reads(real_data):
    names = ("ohlcv", "ohlcv_raw", "ohlcv_delisted", "index", "index/alt")
    return {name: read_folder(real_data / name) for name in names}


@pytest.fixture(scope="module")
def flags(reads):
    return {name: validate(read, today=TODAY).flags for name, read in reads.items()}


@pytest.fixture(scope="module")
def known(real_data):
    return pd.read_csv(real_data / "defects.csv", parse_dates=["date"])


@pytest.fixture(scope="module")
def members(real_data):
    table = pd.read_csv(real_data / "constituents.csv")
    return sorted(table.loc[table["end_date"].isna(), "symbol"])


def test_every_row_of_every_file_is_read(reads, real_data):
    for name, read in reads.items():
        assert read.issues == [], name
        for path in (real_data / name).glob("*.csv"):
            raw = pd.read_csv(path, parse_dates=["date"])
            own = read.prices[read.prices["source_file"] == path.name]
            assert own["date"].tolist() == raw["date"].tolist()
            close = raw["close_adjusted"] if "close_adjusted" in raw else raw["close"]
            close = close.where(raw["close"] > 0, raw["close"]) * SCALE.get(name, 1000)
            pd.testing.assert_series_equal(
                own["close"].reset_index(drop=True), close, check_names=False, rtol=1e-12
            )


def test_no_member_is_rejected_and_no_unknown_row_flagged(real_data, members, known):
    assert len(members) == 30
    result = validate(read_folder(real_data / "ohlcv", symbols=members), today=TODAY)
    assert result.report.excluded == {}
    assert min(entry.score for entry in result.report.symbols) > 0.9
    flags = result.flags[result.flags["source_row"].notna()]
    own = known.loc[known["dataset"] == "ohlcv", KEYS].drop_duplicates()
    unknown = flags.merge(own, on=KEYS, how="left", indicator=True)["_merge"] == "left_only"
    assert unknown.sum() <= 0.001 * len(result.prices)


@pytest.mark.parametrize(
    ("name", "kind", "codes"),
    [
        ("ohlcv", "ohlc_order", {"D006", "D007"}),
        ("ohlcv_raw", "ohlc_order", {"D006", "D007"}),
        ("ohlcv_delisted", "ohlc_order", {"D006", "D007"}),
        ("index", "ohlc_order", {"D006", "D007"}),
        ("ohlcv", "session_missing", {"D011"}),
        ("index", "session_missing", {"D011"}),
        ("index", "not_a_session", {"D011"}),
        ("ohlcv_raw", "price_zero", {"D010", "D023"}),
        ("ohlcv_delisted", "price_zero", {"D023"}),
        ("ohlcv_raw", "volume_zero", {"D009"}),
        ("index", "volume_zero", {"D009"}),
    ],
)
def test_every_known_defect_is_found(flags, known, name, kind, codes):
    found = flags[name]
    found = found.loc[found["code"].isin(codes), KEYS].drop_duplicates()
    own = known.loc[(known["dataset"] == name) & (known["kind"] == kind), KEYS].drop_duplicates()
    assert len(own.merge(found, on=KEYS)) == len(own) > 0


def test_two_sources_show_what_one_cannot(reads, known):
    found = cross_check(reads["ohlcv"].prices, reads["ohlcv_raw"].prices)
    for kind, label in (
        ("close_adjusted_disagrees", "return_disagrees"),
        ("volume_disagrees", "volume_disagrees"),
    ):
        own = known.loc[known["kind"] == kind, KEYS].drop_duplicates()
        flagged = found.loc[found["kind"] == label, KEYS]
        assert len(own.merge(flagged, on=KEYS)) >= 0.99 * len(own)
        assert len(flagged) <= 1.01 * len(own)
