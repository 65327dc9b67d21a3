"""Scopes are named so that namespaces and folders can hold them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vn30_training.models.scope import Scope, first_of_each_kind

SYMBOLS = st.from_regex(r"[A-Z0-9]{3,10}", fullmatch=True).filter(lambda name: name != "VN30")


@given(SYMBOLS, st.sampled_from(["symbol", "finetuned"]))
def test_parse_reads_the_name(symbol: str, kind: str) -> None:
    scope = Scope(kind, symbol)
    assert Scope.parse(scope.name) == scope
    assert str(scope) == scope.name


def test_known_names_and_folders() -> None:
    assert Scope.parse("VN30") == Scope("pooled")
    assert Scope.parse("VCB_finetuned") == Scope("finetuned", "VCB")
    assert [Scope.parse(name).folder for name in ("VCB", "VN30", "VCB_finetuned")] == [
        "symbols/VCB",
        "pooled",
        "finetuned/VCB",
    ]


@pytest.mark.parametrize("name", ["", "vcb", "../VCB", "VCB;rm", "AB", "A" * 11, "VCB\n", "V.B"])
def test_hostile_names_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is not a symbol"):
        Scope.parse(name)


def test_a_kind_needs_its_symbol() -> None:
    with pytest.raises(ValueError, match="cannot have the symbol"):
        Scope("pooled", "VCB")
    with pytest.raises(ValueError, match="cannot have the symbol"):
        Scope("symbol")


def test_one_scope_of_each_kind_is_the_first():
    names = ["VN30", "ACB", "FPT", "ACB_finetuned", "FPT_finetuned"]
    firsts = first_of_each_kind(map(Scope.parse, names))
    assert [scope.name for scope in firsts] == ["VN30", "ACB", "ACB_finetuned"]
    assert first_of_each_kind([]) == []
