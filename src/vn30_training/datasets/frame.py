"""Tables as Parquet files."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, ClassVar, cast

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from kedro.io import DatasetError

from vn30_training.datasets.base import PathDataset
from vn30_training.files import atomic_path

Signature = tuple[int, int, int]
# Parquet guards its pages by checksums, but not the names and types of its columns.
_HEAD = b"vn30.head"


def _digest(table: pa.Table) -> bytes:
    """Return a hash of what a table is but for the values: columns, types, notes, length."""
    notes = {key: note for key, note in (table.schema.metadata or {}).items() if key != _HEAD}
    columns = table.schema.remove_metadata().to_string()
    content = repr((columns, sorted(notes.items()), table.num_rows))
    return hashlib.sha256(content.encode()).hexdigest().encode()


class FrameDataset(PathDataset):
    """A table in one Parquet file, written whole or not at all; equal tables give equal bytes.

    Parameters
    ----------
    filepath
        The Parquet file.
    csv
        Whether to write the same table as CSV beside it, for people.
    cache
        Whether a process that loads it again gets the same table without reading it again: for
        the tables that every instance reads.
    """

    _loaded: ClassVar[dict[Path, tuple[Signature, pd.DataFrame]]] = {}

    def __init__(
        self,
        *,
        filepath: str,
        csv: bool = False,
        cache: bool = False,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(filepath=filepath, metadata=metadata)
        self._csv = csv
        self._cache = cache

    def files(self) -> list[Path]:
        """Return the Parquet file and its CSV twin, if there is to be one."""
        return [self.path, self.path.with_suffix(".csv")] if self._csv else [self.path]

    def load(self) -> pd.DataFrame:
        """Return the table.

        Raises
        ------
        DatasetError
            If the file is missing, or its bytes are not those that were written.
        """
        if not self._cache:
            return self._read()
        status = self.path.stat()
        signature = (status.st_size, status.st_mtime_ns, status.st_ino)
        kept = self._loaded.get(self.path)
        if kept is None or kept[0] != signature:
            kept = self._loaded[self.path] = (signature, self._read())
        return kept[1].copy(deep=False)

    def save(self, data: pd.DataFrame) -> None:
        """Write the table; its index is not kept."""
        self._write(pa.Table.from_pandas(data, preserve_index=False))
        if self._csv:
            with atomic_path(self.path.with_suffix(".csv")) as temporary:
                data.to_csv(temporary, index=False, lineterminator="\n")

    def _read(self) -> pd.DataFrame:
        try:
            table = pq.read_table(self.path, page_checksum_verification=True)
            noted = (table.schema.metadata or {}).get(_HEAD)
            if noted is not None and noted != _digest(table):
                raise ValueError("its columns are not those that were written")
            return cast(pd.DataFrame, table.to_pandas())
        except FileNotFoundError:
            raise DatasetError(f"{self.path}: there is no such file.") from None
        except Exception as error:
            raise DatasetError(
                f"{self.path}: damaged ({error}). Delete it and run its pipeline again."
            ) from error

    def _write(self, table: pa.Table) -> None:
        metadata = {**(table.schema.metadata or {}), _HEAD: _digest(table)}
        table = table.replace_schema_metadata(metadata)
        with atomic_path(self.path) as temporary:
            pq.write_table(table, temporary, compression="zstd", write_page_checksum=True)

    def _release(self) -> None:
        self._loaded.pop(self.path, None)

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self.path), "csv": self._csv, "cache": self._cache}
