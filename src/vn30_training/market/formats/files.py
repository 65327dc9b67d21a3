"""Files of a folder: which are read, and how each becomes tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd

from vn30_training.market.formats import archives, columnar, headers, text, workbooks
from vn30_training.market.formats.errors import FormatError
from vn30_training.market.formats.tables import Part, Table

TEXT = frozenset({".csv", ".tsv", ".txt"})
TABLES = TEXT | {".xlsx", ".xlsm", ".parquet"}
PACKED = frozenset({".gz", ".zip"})
FOREIGN = frozenset({".xls", ".json", ".7z", ".rar", ".pkl", ".feather", ".h5"})
"""Endings that may hold prices but are not read; the user is told."""

_NEVER_PRICES = (".", "~$", "readme", "license")


@dataclass(frozen=True)
class Limits:
    """How much one file may hold once it is unpacked."""

    max_bytes: int
    max_rows: int


def find_files(folder: Path) -> list[Path]:
    """Return the candidates, by name: the folder's own, or where it has none its subfolders'."""
    for pattern in ("*", "*/*"):
        found = sorted(path for path in folder.glob(pattern) if _is_candidate(path))
        if found:
            return found
    return []


def _is_candidate(path: Path) -> bool:
    suffix = path.suffix.lower()
    return (
        suffix in TABLES | PACKED | FOREIGN and not path.name.lower().startswith(_NEVER_PRICES)
    ) and not path.is_dir()


def read_bytes(path: Path, root: Path, limits: Limits) -> bytes:
    """Return a file's bytes.

    Raises
    ------
    FormatError
        D018 where the file is a link that leads out of ``root``, D017 where it is too large, D016
        where it is no regular file, cannot be read or is empty, D025 where its kind is not read.
    """
    if path.suffix.lower() in FOREIGN:
        raise FormatError("D025", f"Files ending in {path.suffix} are not read.")
    try:
        if not path.resolve().is_relative_to(root.resolve()):
            raise FormatError("D018", f"The file is a link to {path.resolve().name} elsewhere.")
        if not path.is_file():
            raise FormatError("D016", "It is no regular file.")
        if path.stat().st_size > limits.max_bytes:
            raise FormatError("D017", f"The file has {path.stat().st_size:,} bytes.")
        content = path.read_bytes()
    except (OSError, RuntimeError) as error:
        raise FormatError("D016", f"The file cannot be read ({error}).") from None
    if not content:
        raise FormatError("D016", "The file is empty.")
    return content


def parts_of(path: Path, root: Path, content: bytes, limits: Limits) -> list[Part]:
    """Return the file itself, or the members of the archive it is."""
    source = path.relative_to(root).as_posix()
    folder = path.parent.name if path.parent != root else ""
    suffix = path.suffix.lower()
    if suffix == ".zip":
        members = archives.unzip(content, limits.max_bytes)
        return [
            _member(f"{source}:{name}", PurePosixPath(name), folder, data, limits)
            for name, data in members.items()
        ]
    return [_member(source, PurePosixPath(path.name), folder, content, limits)]


def _member(source: str, path: PurePosixPath, folder: str, content: bytes, limits: Limits) -> Part:
    if path.suffix.lower() == ".gz":
        content, path = archives.gunzip(content, limits.max_bytes), path.with_suffix("")
    suffix = path.suffix.lower() or ".csv"
    return Part(source, path.stem, folder or path.parent.name, suffix, content)


def tables_of(part: Part, limits: Limits) -> Iterator[Table]:
    """Yield the tables of a part.

    Raises
    ------
    FormatError
        As the format's own module says; D025 for a kind that is not read (in an archive).
    """
    if part.suffix in TEXT:
        yield from _text_tables(part, limits)
    elif part.suffix in {".xlsx", ".xlsm"}:
        sheets = workbooks.read_sheets(part.content, limits.max_bytes, limits.max_rows)
        for title, cells in sheets.items():
            yield from headers.tables_of_cells(
                part, title if len(sheets) > 1 else "", cells, "xlsx"
            )
    elif part.suffix == ".parquet":
        frame = columnar.read_frame(part.content, limits.max_bytes, limits.max_rows)
        yield _frame_table(part, frame)
    else:
        raise FormatError("D025", f"Files ending in {part.suffix} are not read.")


def _text_tables(part: Part, limits: Limits) -> list[Table]:
    rows = part.content.count(b"\n")
    if rows > limits.max_rows:
        raise FormatError("D017", f"The file has {rows:,} lines.")
    cells = text.read_cells(text.decode(part.content))
    return headers.tables_of_cells(part, "", cells, "csv")


def _frame_table(part: Part, frame: pd.DataFrame) -> Table:
    names = tuple(name for name in (part.name, part.folder) if name)
    header = tuple(str(name) for name in frame.columns)
    cells = frame.set_axis(range(frame.shape[1]), axis=1).reset_index(drop=True)
    return Table(part.source, names, "parquet", header, cells, np.arange(len(cells)) + 2)
