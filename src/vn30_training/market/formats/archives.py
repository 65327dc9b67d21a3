"""Packed files: gzip and zip, unpacked in memory, never onto the disk, and only up to a size."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from pathlib import PurePosixPath

from vn30_training.market.formats.errors import FormatError


def gunzip(content: bytes, max_bytes: int) -> bytes:
    """Return the content of a gzip file; raise `FormatError` where it is torn or too large."""
    try:
        with gzip.open(io.BytesIO(content)) as stream:
            unpacked = stream.read(max_bytes + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise FormatError("D016", f"The gzip file is torn ({error}).") from None
    if len(unpacked) > max_bytes:
        raise FormatError("D017", f"It unpacks to more than {max_bytes:,} bytes.")
    return unpacked


def unzip(content: bytes, max_bytes: int) -> dict[str, bytes]:
    """Return the members of a zip archive by their names.

    Raises
    ------
    FormatError
        D016 where the archive is torn or encrypted, D017 where it unpacks to too much, D018 where a
        member's name leads out of the folder.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [member for member in archive.infolist() if _is_data(member)]
            _refuse_hostile(members, max_bytes)
            return {member.filename: archive.read(member) for member in members}
    except (zipfile.BadZipFile, RuntimeError, OSError, EOFError, zlib.error) as error:
        raise FormatError("D016", f"The archive cannot be unpacked ({error}).") from None


def _is_data(member: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(member.filename)
    return not (member.is_dir() or "__MACOSX" in path.parts or path.name.startswith("."))


def _refuse_hostile(members: list[zipfile.ZipInfo], max_bytes: int) -> None:
    for member in members:
        path = PurePosixPath(member.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in member.filename:
            raise FormatError("D018", f"The archive holds a member named {member.filename!r}.")
    unpacked = sum(member.file_size for member in members)
    if unpacked > max_bytes:
        raise FormatError("D017", f"The archive unpacks to {unpacked:,} bytes.")
