"""Excel workbooks: every sheet as cells of whatever type Excel kept."""

from __future__ import annotations

import io
import zipfile

import pandas as pd

from vn30_training.market.formats.errors import FormatError


def read_sheets(content: bytes, max_bytes: int, max_rows: int) -> dict[str, pd.DataFrame]:
    """Return the cells of every sheet that has any, by the sheet's title.

    Raises
    ------
    FormatError
        D017 where the workbook unpacks to more than ``max_bytes`` or a sheet has too many rows,
        D016 where it is no workbook.
    """
    import openpyxl

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
        if unpacked > max_bytes:
            raise FormatError("D017", f"The workbook unpacks to {unpacked:,} bytes.")
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheets = {sheet.title: _cells(sheet, max_rows) for sheet in book.worksheets}
    except FormatError:
        raise
    except Exception as error:
        raise FormatError("D016", f"The workbook cannot be opened ({error}).") from None
    return {title: cells for title, cells in sheets.items() if len(cells)}


def _cells(sheet: object, max_rows: int) -> pd.DataFrame:
    rows = []
    for row in sheet.iter_rows(values_only=True):  # type: ignore[attr-defined]
        rows.append(row)
        if len(rows) > max_rows:
            raise FormatError("D017", f"A sheet has more than {max_rows:,} rows.")
    return pd.DataFrame(rows, dtype=object)
