"""The one exception of the formats: a coded finding about a file that cannot be understood."""

from __future__ import annotations


class FormatError(ValueError):
    """A file, or a part of one, that cannot be read.

    Parameters
    ----------
    code
        A code of `vn30_training.market.checks.CODES`.
    found
        What was found, in one sentence.
    row
        Line in the file, where it is known.
    """

    def __init__(self, code: str, found: str, row: int | None = None) -> None:
        self.code, self.found, self.row = code, found, row
        super().__init__(found)
