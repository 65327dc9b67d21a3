"""What earlier runs did: which nodes are up to date, by content and not by name."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from kedro.io import DataCatalog
from kedro.pipeline.node import Node

from vn30_training.files import write_json
from vn30_training.running.code import code_hash
from vn30_training.running.hashing import HashCache, canonical, hash_text

RECORDS = "nodes"


@dataclass(frozen=True, slots=True)
class NodeRecord:
    """What is remembered of a node that succeeded.

    Attributes
    ----------
    fingerprint
        Hash of everything the outputs follow from: code, versions, inputs, names of outputs.
    outputs
        Content hash of each output.
    seconds
        How long it took.
    """

    fingerprint: str
    outputs: dict[str, str]
    seconds: float


class Memory:
    """Says whether a node is up to date, and records that it is.

    Parameters
    ----------
    state
        The folder below the data root that holds what runs remember.
    hashes
        Cache of the content hashes of files.
    """

    def __init__(self, state: Path, hashes: HashCache) -> None:
        self.state = state
        self._parameters: dict[str, str] = {}
        self.hashes = hashes

    def record_of(self, node: str) -> NodeRecord | None:
        """Return the record of a node by its name, if it has a readable one."""
        try:
            stored = json.loads(self._path(node).read_text(encoding="utf-8"))
            return NodeRecord(**stored)
        except (OSError, ValueError, TypeError):
            return None

    def is_up_to_date(self, node: Node, catalog: DataCatalog) -> bool:
        """Tell whether running the node would give what is stored already."""
        record = self.record_of(node.name)
        return (
            record is not None
            and record.outputs == self._hashes(node.outputs, catalog)
            and record.fingerprint == self.fingerprint(node, catalog)
        )

    def fingerprint(self, node: Node, catalog: DataCatalog) -> str | None:
        """Return a hash of all that the node's outputs follow from; None if that is unknown."""
        inputs = self._hashes(node.inputs, catalog)
        if inputs is None:
            return None
        texts = [self._referring_text(name, catalog) for name in node.inputs]
        facts = [code_hash(node.func, texts), inputs, node.inputs, node.outputs]
        return hash_text(canonical(facts))

    def remember(
        self, node: Node, catalog: DataCatalog, fingerprint: str | None, seconds: float
    ) -> None:
        """Record a success; nothing is recorded where it could never be up to date."""
        outputs = self._hashes(node.outputs, catalog)
        if fingerprint is not None and outputs:
            record = NodeRecord(fingerprint, outputs, round(seconds, 3))
            write_json(self._path(node.name), asdict(record))

    def _path(self, node: str) -> Path:
        return self.state / RECORDS / f"{node}.json"

    def _hashes(self, names: Iterable[str], catalog: DataCatalog) -> dict[str, str] | None:
        hashes = {}
        for name in names:
            digest = self._content_hash(name, catalog)
            if digest is None:
                return None
            hashes[name] = digest
        return hashes

    def _content_hash(self, name: str, catalog: DataCatalog) -> str | None:
        if is_parameter(name):
            return hash_text(self._parameter(name, catalog))
        dataset = catalog[name]
        if not hasattr(dataset, "content_hash"):
            return None
        try:
            files = dataset.files() if hasattr(dataset, "files") else []
            if files:
                return self.hashes.hash(files, dataset.content_hash)
            return str(dataset.content_hash())
        except FileNotFoundError:
            return None

    def _referring_text(self, name: str, catalog: DataCatalog) -> str:
        """Return the text of an input in which names of classes may stand."""
        if is_parameter(name):
            return self._parameter(name, catalog)
        refer = getattr(catalog[name], "referring_text", None)
        return str(refer()) if refer else ""

    def _parameter(self, name: str, catalog: DataCatalog) -> str:
        if name not in self._parameters:
            self._parameters[name] = canonical(catalog.load(name))
        return self._parameters[name]


def is_parameter(name: str) -> bool:
    """Tell whether a dataset's name is that of a parameter."""
    return name == "parameters" or name.startswith("params:")
