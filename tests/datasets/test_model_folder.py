from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from kedro.io import DatasetError

from vn30_training.datasets import ModelFolderDataset
from vn30_training.files import verify_manifest, write_json, write_manifest


@dataclass(frozen=True)
class Weight:
    """The smallest model there is."""

    value: float

    def save(self, folder: Path) -> None:
        write_json(folder / "metadata.json", {"family": "vn30_training.models.tft:TFT"})
        (folder / "weights.txt").write_text(str(self.value))
        write_manifest(folder)

    @classmethod
    def load(cls, folder: Path) -> Weight:
        verify_manifest(folder)
        return cls(float((folder / "weights.txt").read_text()))


class Careless(Weight):
    def save(self, folder: Path) -> None:
        (folder / "weights.txt").write_text(str(self.value))


def dataset(root, scope="VCB"):
    return ModelFolderDataset(
        filepath=f"{root}/06_models", family="tft", scope=scope, loader=f"{__name__}:Weight"
    )


@pytest.mark.parametrize(
    ("scope", "folder"),
    [
        ("VCB", "symbols/VCB/tft"),
        ("VN30", "pooled/tft"),
        ("VCB_finetuned", "finetuned/VCB/tft"),
    ],
)
def test_every_scope_has_its_folder(tmp_path, scope, folder):
    assert dataset(tmp_path, scope).path == tmp_path / "06_models" / folder


def test_round_trip(tmp_path):
    models = dataset(tmp_path)
    assert not models.exists()
    for value in (0.1, 0.2):
        models.save(Weight(value))
        assert models.load() == Weight(value)
    assert models.exists()
    assert [path.name for path in models.path.parent.iterdir()] == ["tft"]


def test_the_manifest_stands_for_the_content(tmp_path):
    hashes = []
    for value in (0.1, 0.2, 0.1):
        dataset(tmp_path).save(Weight(value))
        hashes.append(dataset(tmp_path).content_hash())
    assert hashes[0] == hashes[2] != hashes[1]


def test_a_model_without_manifest_is_not_stored(tmp_path):
    models = dataset(tmp_path)
    models.save(Weight(0.1))
    with pytest.raises(DatasetError, match="no manifest"):
        models.save(Careless(0.2))
    assert models.load() == Weight(0.1)
    assert not list(tmp_path.rglob(".partial-*"))


def test_a_damaged_model_is_refused(tmp_path):
    models = dataset(tmp_path)
    models.save(Weight(0.1))
    (models.path / "weights.txt").write_text("0.3")
    with pytest.raises(DatasetError, match="not what the manifest recorded"):
        models.load()


def test_the_class_behind_the_model_is_told(tmp_path):
    models = dataset(tmp_path)
    models.save(Weight(0.1))
    assert "vn30_training.models.tft:TFT" in models.referring_text()


def test_a_discarded_model_is_gone(tmp_path):
    models = dataset(tmp_path)
    models.save(Weight(0.1))
    models.discard()
    assert not models.path.exists()
