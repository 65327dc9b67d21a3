"""Families are found in the parameters and imported late."""

import subprocess
import sys

import pytest
from tests.models.small_market import declared_families

from vn30_training.models.contract import Family
from vn30_training.models.registry import FamilySpec, discover, family_class


def test_discover_finds_the_entries_with_a_family() -> None:
    parameters = {
        "one": {"family": "m:A", "kind": "naive", "scopes": ["pooled"]},
        "label": {"start": 1},
        "seed": 3,
    }
    assert discover(parameters) == {"one": FamilySpec("one", "m:A", "naive", ("pooled",))}


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"scopes": ["pooled"]}, "one does not say its kind"),
        ({"kind": "model"}, "one does not say its scopes"),
        ({"kind": "model", "scopes": ["symbols"]}, r"one.scopes: no symbols; there are symbol, "),
    ],
)
def test_a_family_of_no_known_scope_is_refused(entry: dict[str, object], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        discover({"one": {"family": "m:A", **entry}})


def test_every_declared_family_is_a_family() -> None:
    for spec in discover(declared_families()).values():
        assert issubclass(family_class(spec.path), Family)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "vn30_training.models.naive",
        "vn30_training.models.naive:Nought",
        "vn30_training.models.nowhere:Zero",
        "json:JSONDecoder",
    ],
)
def test_a_wrong_path_is_named(path: str) -> None:
    with pytest.raises(ValueError, match=r"(?:names no family|not a subclass)"):
        family_class(path)


def test_finding_families_imports_nothing_heavy() -> None:
    code = (
        "import sys; from vn30_training.models import registry, options, scope;"
        "print(sorted({'torch', 'lightgbm', 'sklearn', 'scipy', 'pandas'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
