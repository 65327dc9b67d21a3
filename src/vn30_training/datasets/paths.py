"""Where a dataset may live: below a layer's folder of the data root, under a harmless name."""

from __future__ import annotations

import re
from pathlib import Path

LAYER = re.compile(r"0[1-8]_[a-z_]+")
STATE_FOLDER = ".state"
_SAFE_NAME = re.compile(r"\.?[A-Za-z0-9_][A-Za-z0-9_.-]{0,199}")
_RESERVED = re.compile(r"(CON|PRN|AUX|NUL|COM\d|LPT\d)(\..*)?", re.IGNORECASE)


class UnsafePathError(ValueError):
    """A name made a path that leaves the data root or that some system cannot hold."""


def data_root(path: Path) -> Path:
    """Return the folder that holds the layers ``01_raw`` ... ``08_reporting`` of ``path``.

    Raises
    ------
    UnsafePathError
        If ``path`` lies in no layer.
    """
    parts = path.absolute().parts
    layers = [position for position, part in enumerate(parts) if LAYER.fullmatch(part)]
    if not layers:
        raise UnsafePathError(
            f"{str(path)!r}: a dataset lives in a layer's folder, data/03_primary for example."
        )
    return Path(*parts[: layers[-1]])


def safe_path(path: str | Path) -> Path:
    """Return ``path`` made absolute, after checking that it stays where it seems to be.

    Raises
    ------
    UnsafePathError
        If a part of it below the data root is not a plain name (``..``, a line break, ``CON``), or
        if symbolic links lead it out of the data root.
    """
    given = Path(path)
    if ".." in given.parts:
        raise UnsafePathError(f"{str(path)!r} climbs out of its folder: '..' is not allowed.")
    absolute = given.absolute()
    root = data_root(absolute)
    for part in absolute.relative_to(root).parts:
        if not _SAFE_NAME.fullmatch(part) or _RESERVED.fullmatch(part) or part.endswith("."):
            raise UnsafePathError(
                f"{part!r} in {str(path)!r} is no safe name of a file: letters, digits, '_', '-' "
                "and '.' are, and none of the names that Windows reserves."
            )
    if not absolute.resolve().is_relative_to(root.resolve()):
        raise UnsafePathError(f"{str(path)!r} is a link that leads out of {root}.")
    return absolute
