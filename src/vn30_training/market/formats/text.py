"""Delimited text: encodings with and without a mark, any usual delimiter, torn last lines."""

from __future__ import annotations

import codecs
import csv
import io

import pandas as pd

from vn30_training.market.formats.errors import FormatError

DELIMITERS = (",", ";", "\t", "|")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LINES_SNIFFED = 20


def decode(content: bytes) -> str:
    """Return the text of a file: UTF-8 or UTF-16 (with or without mark), else CP1258 (Vietnamese).

    Raises
    ------
    FormatError
        D016 where the bytes are no text.
    """
    try:
        text = content.decode(_encoding(content))
    except UnicodeError as error:
        raise FormatError("D016", f"The bytes are no readable text ({error}).") from None
    if "\x00" in text:
        raise FormatError("D016", "The file holds NUL bytes: it is binary, or was torn on writing.")
    return text


def _encoding(content: bytes) -> str:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return encoding
    head = content[:400]
    if head[1::2].count(0) > len(head) // 4:
        return "utf-16-le"
    if head[0::2].count(0) > len(head) // 4:
        return "utf-16-be"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1258"
    return "utf-8"


def read_cells(text: str) -> pd.DataFrame:
    """Split text into cells of str, one row per line, blank lines included.

    Raises
    ------
    FormatError
        D016 where the file is empty, a quote never closes, a line has too many fields, or the last
        line is cut off.
    """
    head = [line for line in text[:20_000].splitlines() if line.strip()][:_LINES_SNIFFED]
    if not head:
        raise FormatError("D016", "The file is empty.")
    delimiter = max(DELIMITERS, key=lambda mark: max(len(_fields(line, mark)) for line in head))
    width = max(len(_fields(line, delimiter)) for line in head)
    _refuse_torn_end(text, delimiter)
    try:
        return pd.read_csv(
            io.StringIO(text),
            header=None,
            names=range(width),
            sep=delimiter,
            dtype=str,
            keep_default_na=False,
            skip_blank_lines=False,
            skipinitialspace=True,
            on_bad_lines="error",
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise FormatError("D016", f"The lines cannot be split into fields ({error}).") from None


def _fields(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter), [])


def _refuse_torn_end(text: str, delimiter: str) -> None:
    if text.endswith(("\n", "\r")):
        return
    before, last = ["", *text[-20_000:].splitlines()][-2:]
    if before and len(_fields(last, delimiter)) < len(_fields(before, delimiter)):
        line = text.count("\n") + 1
        raise FormatError("D016", f"The last line is cut off: {last[:60]!r}.", line)
