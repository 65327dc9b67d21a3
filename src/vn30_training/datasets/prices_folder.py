"""The user's folder of price files, which is only ever read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset, DatasetError

from vn30_training.files import sha256_file
from vn30_training.market.reading import ReadOptions, ReadResult, read_folder

SIMULATED = "simulated"


ReadPrices = Callable[[Sequence[str]], ReadResult]


class PricesFolderDataset(AbstractDataset[Any, ReadPrices | None]):
    """Where prices come from: the embedded simulated market, or a folder of files.

    Parameters
    ----------
    source
        ``simulated``, or the folder.
    options
        What the user says about the files: fields of `ReadOptions`.
    """

    # A folder that does not exist is told when it is read: no command could make it.
    optional = True

    def __init__(
        self,
        *,
        source: str,
        options: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        self.folder = None if source == SIMULATED else Path(source).expanduser().absolute()
        self._options = ReadOptions.model_validate(options or {})
        self.metadata = metadata

    def load(self) -> ReadPrices | None:
        """Return a function that reads the symbols it is given; None where simulated.

        Raises
        ------
        DatasetError
            If there is no such folder.
        """
        self._files()
        if self.folder is None:
            return None
        return partial(read_folder, self.folder, self._options)

    def save(self, data: Any) -> None:  # noqa: ARG002
        """Refuse: the folder is the user's."""
        raise DatasetError(f"{self.folder}: a user's folder is only read.")

    def content_hash(self) -> str:
        """Return a hash over what the user says and the names and contents of all files."""
        files = [
            (path.relative_to(self.folder).as_posix(), sha256_file(path))
            for path in self._files()
            if self.folder is not None
        ]
        content = json.dumps([self._options.model_dump(), files], sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()

    def referring_text(self) -> str:
        """Return the name of the code that reads the files: another reader, other prices."""
        return "vn30_training.market.reading:read_folder"

    def _files(self) -> list[Path]:
        if self.folder is None:
            return []
        if not self.folder.is_dir():
            raise DatasetError(f"{self.folder}: there is no such folder of prices.")
        return sorted(path for path in self.folder.rglob("*") if path.is_file())

    def _exists(self) -> bool:
        return self.folder is None or self.folder.is_dir()

    def _describe(self) -> dict[str, Any]:
        return {
            "source": SIMULATED if self.folder is None else str(self.folder),
            **self._options.model_dump(),
        }
