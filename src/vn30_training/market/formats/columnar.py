"""Parquet files, whose footer is asked for the true size before anything is unpacked."""

from __future__ import annotations

import io

import pandas as pd

from vn30_training.market.formats.errors import FormatError

CELL_BYTES = 8


def read_frame(content: bytes, max_bytes: int, max_rows: int) -> pd.DataFrame:
    """Return the frame of a Parquet file, its index as columns where that has names.

    Raises
    ------
    FormatError
        D017 where rows x columns is too much (a footer's byte count can lie by a factor of
        thousands, so it is not asked), D016 where the file is torn.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        facts = pq.ParquetFile(io.BytesIO(content)).metadata
        cells = facts.num_rows * facts.num_columns
        if facts.num_rows > max_rows or cells * CELL_BYTES > max_bytes:
            raise FormatError(
                "D017", f"The file unpacks to {facts.num_rows:,} rows of {facts.num_columns}."
            )
        frame = pd.read_parquet(io.BytesIO(content))
    except (pa.ArrowException, OSError) as error:
        raise FormatError("D016", f"The Parquet file cannot be opened ({error}).") from None
    named = [name for name in frame.index.names if name is not None]
    return frame.reset_index(level=named) if named else frame
