from __future__ import annotations

import ast
from functools import partial
from pathlib import Path

import pytest

from vn30_training.datasets.tracking import deliver
from vn30_training.files import atomic
from vn30_training.market import hose
from vn30_training.running import code
from vn30_training.running.code import code_hash, module_facts


@pytest.fixture
def edit(monkeypatch):
    """Return a function that makes one file seem to have one more byte, or none again."""
    read = Path.read_bytes
    edited: list[Path] = []

    def read_edited(path):
        return read(path) + (b"\n" if path in edited else b"")

    monkeypatch.setattr(Path, "read_bytes", read_edited)

    def forget():
        code._closure_hash.cache_clear()
        module_facts.cache_clear()

    def change(*paths):
        edited[:] = map(Path, paths)
        forget()

    yield change
    monkeypatch.undo()
    forget()


def test_a_change_anywhere_in_the_imports_counts_and_none_elsewhere(edit):
    edit()
    before = code_hash(deliver)
    edit(atomic.__file__)
    assert code_hash(deliver) != before
    edit(code.__file__)
    assert code_hash(deliver) == before


def test_data_files_beside_a_module_count(edit):
    edit()
    before = code_hash(hose.load_rules)
    edit(*Path(hose.__file__).parent.glob("rules/*.yml"))
    assert code_hash(hose.load_rules) != before


def test_classes_named_in_parameters_count(edit):
    text = '{"family": "vn30_training.models.ridge:Ridge"}'
    ridge = Path(atomic.__file__).parents[1] / "models/ridge.py"
    edit()
    plain, named = code_hash(deliver), code_hash(deliver, [text])
    assert plain != named
    edit(ridge)
    assert code_hash(deliver) == plain
    assert code_hash(deliver, [text]) != named


def test_functions_of_a_module_and_arguments_bound_to_them_differ():
    hashes = [
        code_hash(one)
        for one in (deliver, atomic.write_text, partial(deliver, 1), partial(deliver, 2))
    ]
    assert len(set(hashes)) == 4
    assert code_hash(partial(deliver, 1)) == hashes[2]


@pytest.mark.parametrize(
    ("source", "is_package", "found"),
    [
        ("import a.b, c", False, {"a.b", "c"}),
        ("from a import b, c", False, {"a.b", "a.c"}),
        ("from . import b", False, {"pkg.sub.b"}),
        ("from . import b", True, {"pkg.sub.mod.b"}),
        ("from ..x import y", False, {"pkg.x.y"}),
        ("def f():\n    import lazily", False, {"lazily"}),
    ],
)
def test_imports_are_found_wherever_they_stand(source, is_package, found):
    assert set(code._imports(ast.parse(source), "pkg.sub.mod", is_package)) == found
