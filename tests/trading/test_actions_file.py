"""Files of corporate actions: what is right is read, what is wrong is told with row and remedy."""

import pandas as pd
import pytest

from vn30_training.market.checks.codes import TABLE
from vn30_training.market.issues import DataError
from vn30_training.trading.actions_file import NO_ACTIONS, read_actions
from vn30_training.trading.corporate_actions import COLUMNS, KINDS, place_actions
from vn30_training.trading.raw_files import read_raw_files

HEAD = "symbol,ex_date,kind,cash_vnd,ratio\n"


def read(tmp_path, text):
    path = tmp_path / "actions.csv"
    path.write_text(text, encoding="utf-8")
    return read_actions(path)


def found(tmp_path, text):
    with pytest.raises(DataError) as caught:
        read(tmp_path, text)
    assert {one.file for one in caught.value.issues} == {"actions.csv"}
    return caught.value.issues


def test_every_kind_is_read_by_date_and_without_what_it_does_not_have(tmp_path):
    text = (
        "vnm,2024-05-06,rights,12500,0.2\nFPT,2024-03-05,bonus,0,0.15\n"
        "FPT,2024-03-05,cash,1000.5,\nFPT.VN,2023-03-05,treasury,,0.01\n"
    )
    table = read(tmp_path, HEAD + text)
    assert table.astype(object).where(table.notna(), None).to_numpy().tolist() == [
        ["FPT", pd.Timestamp("2023-03-05"), "treasury", None, 0.01],
        ["FPT", pd.Timestamp("2024-03-05"), "bonus", None, 0.15],
        ["FPT", pd.Timestamp("2024-03-05"), "cash", 1000.5, None],
        ["VNM", pd.Timestamp("2024-05-06"), "rights", 12_500, 0.2],
    ]


def test_a_file_without_rows_is_no_action(tmp_path):
    pd.testing.assert_frame_equal(read(tmp_path, HEAD), NO_ACTIONS)


@pytest.mark.parametrize(
    ("row", "code", "words"),
    [
        (",2024-05-06,cash,1000,", "D045", "symbol is 'empty'"),
        ("F?,2024-05-06,cash,1000,", "D045", "symbol is 'F?'"),
        ("FPT,,cash,1000,", "D046", "ex_date is 'empty'"),
        ("FPT,06/05/2024,cash,1000,", "D046", "ex_date is '06/05/2024'"),
        ("FPT,2024-05-06,,1000,", "D047", "kind is 'empty'; cash = cash_vnd a share"),
        ("FPT,2024-05-06,DIVIDEND,1000,", "D047", "kind is 'DIVIDEND'"),
        ("FPT,2024-05-06,cash,,", "D048", "cash_vnd is 'empty'; of cash it is 10 to 1,000,000"),
        ("FPT,2024-05-06,cash,0,", "D048", "cash_vnd is '0'"),
        ("FPT,2024-05-06,cash,-1000,", "D048", "cash_vnd is '-1000'"),
        ("FPT,2024-05-06,cash,1.5,", "D048", "cash_vnd is '1.5'"),
        ('FPT,2024-05-06,cash,"1,000",', "D048", "cash_vnd is '1,000'"),
        ("FPT,2024-05-06,cash,1000,0.1", "D048", "ratio is '0.1', which cash does not have"),
        ("FPT,2024-05-06,bonus,,", "D048", "ratio is 'empty'"),
        ("FPT,2024-05-06,bonus,,20", "D048", "ratio is '20'; of bonus it is 0.0001 to 10"),
        ("FPT,2024-05-06,bonus,,20%", "D048", "ratio is '20%'"),
        ("FPT,2024-05-06,bonus,1000,0.2", "D048", "cash_vnd is '1000', which bonus does not"),
        ("FPT,2024-05-06,rights,,0.2", "D048", "cash_vnd is 'empty'"),
        ("FPT,2024-05-06,treasury,0,-0.2", "D048", "ratio is '-0.2'"),
        ("vcb,20240506,cash,900,", "D049", "VCB 2024-05-06 cash has a row before this one"),
    ],
)
def test_a_wrong_row_is_told_with_its_line_and_what_to_do(tmp_path, row, code, words):
    (one,) = found(tmp_path, HEAD + "VCB,2024-05-06,cash,800,\n\n" + row + "\n")
    assert (one.code, one.row) == (code, 4)
    assert words in one.message
    assert one.fix == TABLE[code].fix


def test_all_errors_are_told_at_once(tmp_path):
    issues = found(tmp_path, HEAD + "FPT,x,y,,\nFPT,2024-05-06,rights,,\n")
    assert [(one.code, one.row) for one in issues] == [
        ("D046", 2),
        ("D047", 2),
        ("D048", 3),
        ("D048", 3),
    ]


def test_another_table_is_refused(tmp_path):
    (one,) = found(tmp_path, "symbol,ex_date,type,dividend_vnd,ratio\nFPT,2024-05-06,cash,1000,\n")
    assert (one.code, one.row) == ("D044", 1)


@pytest.mark.real_data
def test_a_vendors_own_file_is_refused_and_the_same_in_our_words_is_read(real_data, tmp_path):
    with pytest.raises(DataError, match=r"^D044 error corporate_actions.csv:1: The columns are"):
        read_actions(real_data / "corporate_actions.csv")
    known = read_raw_files(real_data).actions
    known = known[known["kind"].isin(list(KINDS))]
    # The vendor fills in a ratio for dividends, and two of a kind on one day are one here.
    known["ratio"] = known["ratio"].where(known["kind"] != "cash")
    known["cash_vnd"] = known["cash_vnd"].where(known["kind"] != "bonus")
    known = known[~(known["ratio"] > 10)]
    ours = known.groupby(["symbol", "ex_date", "kind"], as_index=False).sum(min_count=1)
    ours[list(COLUMNS)].to_csv(tmp_path / "ours.csv", index=False)
    table = read_actions(tmp_path / "ours.csv")
    assert len(table) == len(ours) > 900
    dates = pd.bdate_range("2006-01-02", "2021-03-31").to_numpy().astype("datetime64[D]")
    bars = pd.DataFrame(True, index=dates, columns=["FPT", "VNM"]).to_numpy()
    assert place_actions(table, dates, ["FPT", "VNM"], bars).any.sum() > 30
