import json
import random

import pytest

from vn30_training.files import ArtefactError, read_manifest, verify_manifest, write_manifest


@pytest.fixture
def artefact(tmp_path):
    (tmp_path / "seed_0").mkdir()
    (tmp_path / "seed_0" / "model.bin").write_bytes(bytes(range(256)) * 8)
    (tmp_path / "metadata.json").write_text('{"features": ["ROC5"]}')
    write_manifest(tmp_path, family="ridge")
    return tmp_path


def test_an_untouched_folder_is_accepted_and_its_facts_come_back(artefact):
    manifest = verify_manifest(artefact)
    assert manifest["family"] == "ridge"
    assert set(manifest["files"]) == {"metadata.json", "seed_0/model.bin"}


def test_every_flipped_bit_and_every_truncation_is_refused(artefact):
    generator = random.Random(1)
    path = artefact / "seed_0" / "model.bin"
    good = path.read_bytes()
    for _ in range(100):
        position = generator.randrange(len(good))
        bad = bytearray(good)
        bad[position] ^= 1 << generator.randrange(8)
        path.write_bytes(bad)
        with pytest.raises(ArtefactError, match=r"model\.bin"):
            verify_manifest(artefact)
        path.write_bytes(good[:position])
        with pytest.raises(ArtefactError, match=r"model\.bin"):
            verify_manifest(artefact)
    path.write_bytes(good)
    verify_manifest(artefact)


def test_a_missing_and_an_added_file_are_refused(artefact):
    (artefact / "extra.pkl").write_bytes(b"x")
    with pytest.raises(ArtefactError, match="not listed"):
        verify_manifest(artefact)
    (artefact / "extra.pkl").unlink()
    (artefact / "metadata.json").unlink()
    with pytest.raises(ArtefactError, match="missing"):
        verify_manifest(artefact)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"files": 3}', '{"file": {}}'])
def test_a_broken_manifest_is_one_clear_error(artefact, content):
    (artefact / "manifest.json").write_text(content)
    with pytest.raises(ArtefactError, match="not a readable manifest"):
        read_manifest(artefact)


def test_a_folder_without_a_manifest_was_never_finished(tmp_path):
    with pytest.raises(ArtefactError, match="never finished"):
        verify_manifest(tmp_path)


def test_the_manifest_is_json_with_sha256(artefact):
    files = json.loads((artefact / "manifest.json").read_text())["files"]
    assert all(len(facts["sha256"]) == 64 for facts in files.values())
