"""Downloads are polite, resume where they stopped and leave nothing half done."""

from datetime import date, datetime

import pandas as pd
import pytest

from vn30_training.market.connectors.download import (
    RECORD,
    VIETNAM,
    Pace,
    download,
    newest_final_session,
)
from vn30_training.market.reading import read_folder

FIRST = date(2025, 8, 18)
NOW = datetime(2025, 8, 22, 9, 30, tzinfo=VIETNAM)


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self):
        self.now = 0.0
        self.slept = []

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds


class Shop:
    """A source of made-up bars that counts who asked and fails on request."""

    name = "shop"
    calls_a_minute = 15

    def __init__(self, failing=()):
        self.asked, self.failing = [], failing

    def fetch(self, symbol, first, last):
        self.asked.append(symbol)
        if symbol in self.failing:
            raise ConnectionError("no answer")
        dates = pd.date_range(first, "2025-08-22")[::-1]
        bars = {"date": dates, "open": 20_000.0, "high": 20_500.0, "low": 19_900.0}
        return pd.DataFrame({**bars, "close": 20_100.0, "volume": 1000, "extra": 1})


def get(source, folder, symbols=("FPT", "VCB"), now=NOW):
    clock = Clock()
    return download(source, symbols, folder, FIRST, now, Pace(15, clock, clock.sleep))


def test_files_hold_final_bars_in_order_and_the_reader_reads_them(tmp_path):
    assert get(Shop(), tmp_path).written == ["FPT", "VCB"]
    bars = pd.read_csv(tmp_path / "FPT.csv")
    assert list(bars.columns) == ["date", "open", "high", "low", "close", "volume"]
    assert bars["date"].tolist() == ["2025-08-18", "2025-08-19", "2025-08-20", "2025-08-21"]
    read = read_folder(tmp_path)
    assert not [issue for issue in read.issues if issue.level == "error"]
    assert set(read.prices["symbol"]) == {"FPT", "VCB"}
    assert (read.prices["close"] == 20_100).all()


def test_what_is_there_is_not_asked_for_again(tmp_path):
    get(Shop(), tmp_path)
    shop = Shop()
    assert get(shop, tmp_path, ["FPT", "VCB", "HPG"]).fresh == ["FPT", "VCB"]
    assert shop.asked == ["HPG"]


def test_a_new_session_or_a_changed_file_is_downloaded_again(tmp_path):
    get(Shop(), tmp_path)
    (tmp_path / "VCB.csv").write_text("date,open\n2025")
    assert get(Shop(), tmp_path).written == ["VCB"]
    evening = datetime(2025, 8, 22, 16, 0, tzinfo=VIETNAM)
    assert get(Shop(), tmp_path, now=evening).written == ["FPT", "VCB"]


def test_one_failure_stops_no_other_and_the_old_file_stays(tmp_path):
    get(Shop(), tmp_path)
    before = (tmp_path / "FPT.csv").read_bytes()
    evening = datetime(2025, 8, 22, 16, 0, tzinfo=VIETNAM)
    done = get(Shop(failing=["FPT"]), tmp_path, now=evening)
    assert done.failed == {"FPT": "ConnectionError: no answer"}
    assert done.written == ["VCB"]
    assert (tmp_path / "FPT.csv").read_bytes() == before


def test_after_three_failures_in_a_row_the_source_is_left_alone(tmp_path):
    symbols = ["AAA", "BBB", "CCC", "DDD", "EEE"]
    shop = Shop(failing=symbols)
    done = get(shop, tmp_path, symbols)
    assert shop.asked == ["AAA", "BBB", "CCC"]
    assert done.failed["EEE"] == "not asked, after 3 failures in a row"
    assert not (tmp_path / RECORD).exists()


def test_an_empty_or_incomplete_answer_is_a_failure(tmp_path):
    class Empty(Shop):
        def fetch(self, symbol, first, last):
            bars = super().fetch(symbol, first, last)
            return bars.iloc[:0] if symbol == "FPT" else bars.drop(columns="volume")

    done = get(Empty(), tmp_path)
    assert done.failed["FPT"] == "SourceError: No bar from 2025-08-18 to 2025-08-21."
    assert done.failed["VCB"] == "SourceError: The answer lacks volume."
    assert not list(tmp_path.glob("*.csv"))


def test_calls_keep_their_distance():
    clock = Clock()
    pace = Pace(15, clock, clock.sleep)
    starts = []
    for work in (0.0, 1.0, 10.0, 0.0):
        pace.wait()
        starts.append(clock.now)
        clock.now += work
    assert starts == [0.0, 4.0, 8.0, 18.0]


@pytest.mark.parametrize(
    ("now", "newest"),
    [
        (datetime(2025, 8, 22, 15, 14, tzinfo=VIETNAM), date(2025, 8, 21)),
        (datetime(2025, 8, 22, 15, 15, tzinfo=VIETNAM), date(2025, 8, 22)),
        (datetime(2025, 8, 24, 12, 0, tzinfo=VIETNAM), date(2025, 8, 22)),
        (datetime(2025, 9, 2, 20, 0, tzinfo=VIETNAM), date(2025, 8, 29)),
    ],
)
def test_newest_final_session(now, newest):
    assert newest_final_session(now) == newest
