"""Small values as JSON files, and files that need not exist."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset, DatasetError

from vn30_training.datasets.base import PathDataset
from vn30_training.files import sha256_file, write_json


class JSONDataset(PathDataset):
    """A value in one JSON file: sorted keys, no NaN, written whole or not at all."""

    def load(self) -> Any:
        """Return the value.

        Raises
        ------
        DatasetError
            If the file is missing or is not JSON.
        """
        try:
            return json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise DatasetError(f"{self.path}: there is no such file.") from None
        except ValueError as error:
            raise DatasetError(
                f"{self.path}: damaged ({error}). Delete it and run its pipeline again."
            ) from error

    def save(self, data: Any) -> None:
        """Write the value."""
        write_json(self.path, data)

    def referring_text(self) -> str:
        """Return text in which names of classes, ``package.module:Class``, may stand."""
        return self.path.read_text(encoding="utf-8")


class PreviousJSONDataset(JSONDataset):
    """What a JSON file said before this run: an empty dictionary where there is none yet.

    Its content hash is constant: a node is not to run again because it ran before.
    """

    optional = True

    def load(self) -> Any:
        """Return the value, or an empty dictionary."""
        return super().load() if self.path.is_file() else {}

    def save(self, data: Any) -> None:  # noqa: ARG002
        """Refuse: the file belongs to the dataset that is written."""
        raise DatasetError(f"{self.path}: a previous version is only read.")

    def files(self) -> list[Path]:
        """Return nothing: the file is another dataset's."""
        return []

    def content_hash(self) -> str:
        """Return a constant."""
        return "previous"

    def referring_text(self) -> str:
        """Return nothing: earlier values name no code that runs."""
        return ""


class OptionalJSONDataset(JSONDataset):
    """What another pipeline wrote, if it was run: None where it was not."""

    optional = True

    def load(self) -> Any:
        """Return the value, or None."""
        return super().load() if self.path.is_file() else None

    def save(self, data: Any) -> None:  # noqa: ARG002
        """Refuse: the file belongs to the dataset that is written."""
        raise DatasetError(f"{self.path}: this name of it is only read.")

    def content_hash(self) -> str:
        """Return the sha256 of the file, or ``missing``."""
        return super().content_hash() if self.path.is_file() else "missing"

    def files(self) -> list[Path]:
        """Return the file, if there is one."""
        return [self.path] if self.path.is_file() else []

    def referring_text(self) -> str:
        """Return nothing: results name no code that runs."""
        return ""

    def _exists(self) -> bool:
        return True


class OptionalFileDataset(AbstractDataset[Any, Path | None]):
    """A file of the user, anywhere, that may be missing: loads as its path or None.

    Parameters
    ----------
    filepath
        Where the file would be.
    named
        Where the user says it is, if at all: there it must be.
    """

    optional = True

    def __init__(
        self, *, filepath: str, named: str | None = None, metadata: dict[str, Any] | None = None
    ) -> None:
        self.path = Path(named or filepath).expanduser()
        self.metadata = metadata
        self._named = named is not None

    def load(self) -> Path | None:
        """Return the path, or None where there is no file.

        Raises
        ------
        DatasetError
            If the file was named and is not there.
        """
        if self._named and not self.path.is_file():
            raise DatasetError(f"{self.path}: there is no such file.")
        return self.path if self.path.is_file() else None

    def save(self, data: Any) -> None:  # noqa: ARG002
        """Refuse: the file is the user's."""
        raise DatasetError(f"{self.path}: a user's file is only read.")

    def content_hash(self) -> str:
        """Return the sha256 of the file, or ``missing`` where it may be."""
        return sha256_file(self.path) if self._named or self.path.is_file() else "missing"

    def _exists(self) -> bool:
        return True

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self.path)}
