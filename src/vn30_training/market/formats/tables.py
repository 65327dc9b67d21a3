"""What every file format is turned into first: cells under a header, with their line numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd


@dataclass(frozen=True)
class Part:
    """The bytes of one file, or of one member of an archive.

    Attributes
    ----------
    source
        How the user is told of it: ``FPT.csv`` or ``prices.zip:FPT.csv``.
    name
        Where a symbol's name may stand: the file's name without suffixes.
    folder
        Name of the folder it lies in, the second place where a symbol's name may stand.
    suffix
        ``.csv``, ``.parquet`` and so on, lower case.
    """

    source: str
    name: str
    folder: str
    suffix: str
    content: bytes


@dataclass(frozen=True)
class Table:
    """Cells under a header; ``cells`` has columns 0..n-1, ``lines`` the line of every row."""

    source: str
    names: tuple[str, ...]
    layout: str
    header: tuple[str, ...]
    cells: pd.DataFrame
    lines: npt.NDArray[np.int64]
