from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vn30_training.datasets import JSONDataset, ModelFolderDataset
from vn30_training.datasets.paths import UnsafePathError, data_root, safe_path

HOSTILE = [
    "../escaped",
    "..",
    "a\nb",
    "CON",
    "con.x",
    "VCB;rm",
    "VCB\x00",
    "Ｖcb",
    "🙂",
    "x" * 300,
    "a.",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_refused_with_the_name_in_the_message(tmp_path, name):
    with pytest.raises(UnsafePathError, match=r"not allowed|no safe name"):
        safe_path(f"{tmp_path}/data/06_models/{name}")


@pytest.mark.parametrize("name", ["../escaped", "a\nb", "CON", "VCB;rm", "M&M"])
def test_datasets_refuse_hostile_scopes(tmp_path, name):
    with pytest.raises(ValueError, match=r"name|symbol|allowed"):
        JSONDataset(filepath=f"{tmp_path}/05_model_input/{name}.json")
    with pytest.raises(ValueError, match=r"name|symbol|allowed"):
        ModelFolderDataset(filepath=f"{tmp_path}/06_models", family="tft", scope=name)


@given(st.text(min_size=1, max_size=30))
def test_whatever_the_name_an_accepted_path_lies_below_the_root(name):
    try:
        path = safe_path(f"/srv/data/06_models/{name}.json")
    except UnsafePathError:
        return
    assert path.is_relative_to("/srv/data")


def test_a_link_out_of_the_data_root_is_refused(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "data/06_models").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UnsafePathError, match="leads out"):
        safe_path(tmp_path / "data/06_models/x.json")


def test_a_data_root_that_is_itself_a_link_is_fine(tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "data").symlink_to(tmp_path / "disk")
    assert data_root(safe_path(tmp_path / "data/06_models/x.json")) == tmp_path / "data"


def test_a_path_outside_every_layer_is_refused(tmp_path):
    with pytest.raises(UnsafePathError, match="layer"):
        safe_path(tmp_path / "x.json")
