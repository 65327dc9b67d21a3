"""Every code and every repair: what it means and what to do; the documentation is made of it."""

from __future__ import annotations

from typing import NamedTuple

from vn30_training.market.issues import DataIssue, Level


class Code(NamedTuple):
    """A code's usual level, meaning and remedy."""

    level: Level
    meaning: str
    fix: str


TABLE: dict[str, Code] = {
    "D001": Code(
        "error",
        "The folder has no file that can be read.",
        "Put CSV, XLSX or Parquet files of prices there, or name another folder as `source`.",
    ),
    "D002": Code(
        "error",
        "A column is missing.",
        "Rename the column, or say which one it is with the option `columns`.",
    ),
    "D003": Code(
        "error",
        "Dates cannot be read, or day and month cannot be told apart.",
        "Set the option `date_format`, e.g. dd/mm/yyyy, or correct the rows.",
    ),
    "D004": Code(
        "error",
        "Several different rows for one symbol and day.",
        "Keep the right one; bars within a day must be made into daily bars first.",
    ),
    "D005": Code(
        "error",
        "Dong and thousand dong are mixed in one symbol.",
        "Bring all rows to one unit.",
    ),
    "D006": Code(
        "error",
        "Open, high, low and close contradict each other (an error above 0.5 % of the rows).",
        "Download the symbol again, or from another source.",
    ),
    "D007": Code(
        "error",
        "Closes lie outside the day's range: adjusted and raw columns are mixed.",
        "Give both the raw and the adjusted close, or take all four prices from one adjustment.",
    ),
    "D008": Code(
        "warning",
        "A day's return is beyond the price limit.",
        "Look for an ex-date on that day, or a time on another exchange; adjust if need be.",
    ),
    "D009": Code(
        "warning",
        "Days without trade, a repeated bar, or bars from before the listing.",
        "Nothing, if the stock truly did not trade; else download the symbol again.",
    ),
    "D010": Code(
        "error",
        "The last bar is unfinished: a close of 0, or today's session is still on.",
        "Read again after 15:15, or take that bar out of the file.",
    ),
    "D011": Code(
        "warning",
        "Bars on days that are no sessions, or sessions without a bar.",
        "Compare with the exchange's calendar; download missing days again.",
    ),
    "D012": Code(
        "warning",
        "The history is short.",
        "Nothing, if the listing is recent: families that need more will skip the symbol.",
    ),
    "D013": Code(
        "warning",
        "The data ends well before the day asked for.",
        "Update the files.",
    ),
    "D014": Code(
        "error",
        "The returns of earlier days differ from those of the last load.",
        "Find out which download is right; `accept_vintage: true` takes the new one.",
    ),
    "D015": Code(
        "warning",
        "The universe has no dates: results are survivorship-biased.",
        "Give a membership file with symbol, start_date, end_date.",
    ),
    "D016": Code(
        "error",
        "The file is empty, torn, or not what its name says.",
        "Copy or download the file again.",
    ),
    "D017": Code(
        "error",
        "The file is too large once unpacked.",
        "Split it, or raise `max_megabytes` or `max_rows`.",
    ),
    "D018": Code(
        "error",
        "A path leads out of the folder.",
        "Copy the file itself into the folder, under a plain name.",
    ),
    "D019": Code(
        "error",
        "No safe symbol in a name.",
        "Name the file or the rows by a symbol of 3 to 10 letters and digits, e.g. FPT.csv.",
    ),
    "D020": Code(
        "error",
        "Cells that are no numbers, or decimals written in two ways.",
        "Correct the cells; write decimals the same way in the whole file.",
    ),
    "D021": Code(
        "error",
        "Infinite values.",
        "Correct the rows, or download the symbol again.",
    ),
    "D022": Code(
        "error",
        "Negative prices or volumes.",
        "Take prices adjusted by factors, not by subtraction of dividends.",
    ),
    "D023": Code(
        "warning",
        "Prices of 0 or none at all (an error above 0.5 % of the rows).",
        "Download the symbol again; meanwhile the prices concerned are left out.",
    ),
    "D024": Code(
        "warning",
        "Only closes, or no volume: most features stay empty.",
        "Give open, high, low, close and volume where you can.",
    ),
    "D025": Code(
        "warning",
        "Not a table of prices, so not read.",
        "Move the file elsewhere, or export it as CSV, XLSX or Parquet.",
    ),
    "D026": Code(
        "error",
        "A symbol that was asked for has no data.",
        "Add its file, or take the symbol out of the universe.",
    ),
    "D027": Code(
        "warning",
        "One symbol's rows come from several files or names.",
        "Keep one file per symbol: pieces of different downloads may be adjusted differently.",
    ),
    "D028": Code(
        "error",
        "Two symbols share the same bars: one was saved under the other's name.",
        "Download both symbols again.",
    ),
    "D029": Code(
        "error",
        "Dates in the future.",
        "Correct the dates; set `date_format` if day and month were exchanged.",
    ),
    "D030": Code(
        "error",
        "The quality score is below the threshold.",
        "See the parts of the score; mend the data, or lower `threshold` knowingly.",
    ),
    "D031": Code(
        "error",
        "Two columns of one name.",
        "Delete or rename one of them.",
    ),
    "D032": Code(
        "warning",
        "A new adjustment: the same returns at other price levels.",
        "Nothing: prices and models live on returns.",
    ),
    "D033": Code(
        "error",
        "The holdings file cannot be read as a table.",
        "Save it as CSV with the columns symbol, shares, settled and, if known, bought_on and "
        "average_price.",
    ),
    "D034": Code(
        "error",
        "A holding in a symbol that has no prices here.",
        "Write the symbol as the exchange does, add it to the universe, or take out the row.",
    ),
    "D035": Code(
        "error",
        "Shares or cash of a holding that are no whole number from zero to 1e9 or 1e12.",
        "Write whole shares and whole VND, in digits alone.",
    ),
    "D036": Code(
        "error",
        "More of a holding is settled than held, or other than its day of purchase allows.",
        "Take shares, settled and bought_on (the day of the last purchase) from the broker; leave "
        "bought_on empty where shares wait for another reason.",
    ),
    "D037": Code(
        "error",
        "Two rows of one holding.",
        "Add them up in one row.",
    ),
    "D038": Code(
        "error",
        "The holdings file has no row of cash.",
        "Add a row with the symbol cash and all VND as shares; settled is what can be used.",
    ),
    "D039": Code(
        "error",
        "A day of purchase that is no session up to the newest one.",
        "Write the day of the trade as 2025-08-29, or leave it empty.",
    ),
    "D040": Code(
        "error",
        "The index file cannot be read as a table.",
        "Save it as CSV with the columns date and close; others are passed over.",
    ),
    "D041": Code(
        "error",
        "A row of the index without a date of its own.",
        "Write days as 2025-08-29, each in one row.",
    ),
    "D042": Code(
        "error",
        "A level of the index that is no number above zero.",
        "Write points in plain digits, like 1234.56; leave out days without a level.",
    ),
    "D043": Code(
        "error",
        "The index lacks sessions that are traded in the backtest.",
        "Take an index file of the whole span, or none.",
    ),
    "D044": Code(
        "error",
        "The file of corporate actions cannot be read as a table.",
        "Save it as CSV with the columns symbol, ex_date, kind, cash_vnd and ratio.",
    ),
    "D045": Code(
        "error",
        "A corporate action of no stock.",
        "Write the symbol as the exchange does.",
    ),
    "D046": Code(
        "error",
        "A corporate action without an ex-date.",
        "Write the ex-date, not the record date, as 2025-08-29.",
    ),
    "D047": Code(
        "error",
        "An unknown kind of corporate action.",
        "Write one of the kinds; leave out the row where holders get nothing.",
    ),
    "D048": Code(
        "error",
        "An amount that a corporate action of its kind cannot have.",
        "Write VND a share as cash_vnd, new shares for each held as ratio (0.2: one for five), and "
        "leave empty what the kind does not have.",
    ),
    "D049": Code(
        "error",
        "Two rows of one corporate action.",
        "Delete one of them; where both were paid, add them up in one row.",
    ),
    "D050": Code(
        "error",
        "An average price of purchase that is none from 1,000 to 10 million VND a share.",
        "Write VND a share, as 98765.4 and not 98.8 (thousand), or leave it empty; cash has none.",
    ),
}

CODES: dict[str, str] = {code: entry.meaning for code, entry in TABLE.items()}

REPAIRS: dict[str, str] = {
    "rows_sorted": "Rows were not in the order of their dates and were sorted.",
    "blank_rows_dropped": "Rows without a price were left out.",
    "adjusted_by_factor": "Open, high and low were scaled by adjusted close / close.",
    "adjusted_by_columns": "The file's own adjusted prices were taken; its close is kept as raw.",
    "thousand_dong_scaled": "Prices in thousand dong were multiplied by 1,000.",
    "duplicates_dropped": "Rows that repeat another one exactly were left out.",
    "leading_phantom_dropped": "Flat bars without volume before the first trade were left out.",
    "partial_bar_dropped": "The unfinished last bar was left out.",
    "zero_prices_blanked": "An open, high or low of 0 or none was made empty.",
    "unpriced_rows_dropped": "Rows with a close of 0 or none were left out.",
}


def issue(
    code: str,
    message: str,
    *,
    level: Level | None = None,
    symbol: str | None = None,
    file: str | None = None,
    row: int | None = None,
    date: str | None = None,
) -> DataIssue:
    """Return an issue with the code's usual level (or ``level``) and its remedy."""
    entry = TABLE[code]
    return DataIssue(code, level or entry.level, message, entry.fix, symbol, file, row, date)
