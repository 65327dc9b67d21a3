"""Files of holdings: what is right is read as it is, what is wrong is told with row and remedy."""

from datetime import date

import numpy as np
import pytest

from vn30_training.market.checks.codes import TABLE
from vn30_training.market.hose import load_rules
from vn30_training.market.issues import DataError
from vn30_training.trading.holdings import Holdings, only_cash, read_holdings

DATES = np.array(
    ["2025-08-21", "2025-08-22", "2025-08-25", "2025-08-26", "2025-08-27"], dtype="M8[D]"
)
HEAD = "symbol,shares,settled,bought_on\n"
CASH = "cash,5000000,,\n"


def read(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "holdings.csv"
    path.write_bytes(text.encode(encoding))
    return read_holdings(path, ["FPT", "VCB", "VNM"], DATES, load_rules())


def found(tmp_path, text, **how):
    with pytest.raises(DataError) as caught:
        read(tmp_path, text, **how)
    return caught.value.issues


def test_a_right_file_is_read(tmp_path):
    text = HEAD + "FPT,1250,1000,2025-08-26\n\nVCB,300,300,\ncash,9000000,7000000,2025-08-27\n"
    assert read(tmp_path, text) == Holdings(
        shares={"FPT": 1250, "VCB": 300},
        settled={"FPT": 1000, "VCB": 300},
        cash=9_000_000,
        settled_cash=7_000_000,
        bought_on={"FPT": date(2025, 8, 26)},
        sold_on=date(2025, 8, 27),
    )


def test_the_day_may_be_missing_and_cash_is_usable_unless_said_otherwise(tmp_path):
    read_ = read(tmp_path, "\ufeffSymbol, Shares, Settled\r\nFPT, 100, 0\r\ncash,5000000,\r\n")
    assert read_ == Holdings({"FPT": 100}, {"FPT": 0}, 5_000_000, 5_000_000)


def test_an_average_price_may_be_given_and_makes_what_was_paid(tmp_path):
    text = "symbol,shares,settled,average_price\nFPT,300,300,98765.4\nVCB,200,200,\ncash,5,,\n"
    held = read(tmp_path, text)
    assert held.average_price == {"FPT": 98_765.4}
    assert held.paid == {"FPT": 29_629_620}


@pytest.mark.parametrize("price", ["98.8", "0", "-5", "98,765", "1e5", "nan", "10000001"])
def test_an_average_price_that_is_none_in_vnd_is_told(tmp_path, price):
    text = f'symbol,shares,settled,average_price\nFPT,300,300,"{price}"\ncash,5,,\n'
    (one,) = found(tmp_path, text)
    assert (one.code, one.row) == ("D050", 2)
    assert f"average_price is '{price}'" in one.message


def test_cash_has_no_average_price(tmp_path):
    (one,) = found(tmp_path, "symbol,shares,settled,average_price\ncash,5,,20000\n")
    assert (one.code, one.row) == ("D050", 2)


def test_an_account_may_be_only_cash(tmp_path):
    assert read(tmp_path, HEAD + CASH) == only_cash(5_000_000)


@pytest.mark.parametrize(
    ("row", "code", "words"),
    [
        ("ABC,100,100,", "D034", "ABC is none of the 3 known symbols"),
        ("fpt,100,100,", "D034", "fpt is none"),
        (",100,100,", "D034", "An empty cell"),
        ("FPT,-100,0,", "D035", "shares is '-100'"),
        ("FPT,100.5,100,", "D035", "shares is '100.5'"),
        ('FPT,"1,000",1000,', "D035", "shares is '1,000'"),
        ("FPT,1000,,", "D035", "settled is 'empty'"),
        ("FPT,1000,-5,", "D035", "settled is '-5'"),
        ("FPT,1000000001,0,", "D035", "shares is '1000000001'"),
        ("FPT,1000,1100,", "D036", "1100 of 1000 are settled"),
        ("FPT,1000,0,2025-08-25", "D036", "0 of 1000 are settled on 2025-08-27"),
        ("FPT,1000,1000,2025-08-26", "D036", "1000 of 1000 are settled on 2025-08-27"),
        ("FPT,1000,500,2019-01-02", "D036", "dealt 2019-01-02"),
        ("VCB,200,200,", "D037", "VCB has a row before this one"),
        ("cash,1,1,", "D037", "cash has a row before this one"),
        ("FPT,100,100,2025-08-23", "D039", "the newest session is 2025-08-27"),
        ("FPT,100,100,2025-08-28", "D039", "bought_on is '2025-08-28'"),
        ("FPT,100,100,26/08/2025", "D039", "bought_on is '26/08/2025'"),
    ],
)
def test_a_wrong_row_is_told_with_its_line_and_what_to_do(tmp_path, row, code, words):
    issues = found(tmp_path, HEAD + "VCB,300,300,\n" + CASH + "\n" + row + "\n")
    assert [(one.code, one.row, one.file) for one in issues] == [(code, 5, "holdings.csv")]
    assert words in issues[0].message
    assert issues[0].fix == TABLE[code].fix


def test_all_errors_are_told_at_once(tmp_path):
    issues = found(tmp_path, HEAD + "FPT,x,1,\nABC,5,6,\nFPT,1,1,\n")
    assert [(one.code, one.row) for one in issues] == [
        ("D035", 2),
        ("D034", 3),
        ("D036", 3),
        ("D037", 4),
        ("D038", None),
    ]


@pytest.mark.parametrize(
    ("text", "row", "words"),
    [
        ("", 1, "The columns are nothing"),
        ("symbol,shares\nFPT,100\n", 1, "The columns are symbol, shares"),
        ("symbol;shares;settled\nFPT;100;100\n", 1, "symbol;shares;settled"),
        ("symbol,shares,settled,shares\n", 1, "The columns are"),
        (HEAD + "FPT,100,100\n", 2, "3 cells under 4 columns"),
        (HEAD + 'FPT,"100,100,\n', None, "unexpected end of data"),
    ],
)
def test_what_is_no_table_is_told(tmp_path, text, row, words):
    issues = found(tmp_path, text)
    assert [(one.code, one.row) for one in issues] == [("D033", row)]
    assert words in issues[0].message


def test_another_encoding_is_told(tmp_path):
    (one,) = found(tmp_path, HEAD + CASH, encoding="utf-16")
    assert one.code == "D033"
