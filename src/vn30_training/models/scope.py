"""What one instance of a family is trained on: one symbol, all of them, or one after all."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Self

Kind = Literal["symbol", "pooled", "finetuned"]

POOLED_NAME = "VN30"
FINETUNED_SUFFIX = "_finetuned"
_SYMBOL = re.compile(r"[A-Z0-9]{3,10}")


@dataclass(frozen=True, slots=True)
class Scope:
    """The rows an instance learns from.

    Attributes
    ----------
    kind
        ``symbol``: that symbol's own rows; ``pooled``: the rows of every member of the universe;
        ``finetuned``: that symbol's rows, starting from the pooled model.
    symbol
        The symbol, or None where pooled.
    """

    kind: Kind
    symbol: str | None = None

    def __post_init__(self) -> None:
        if (self.symbol is None) != (self.kind == "pooled"):
            raise ValueError(f"A {self.kind} scope cannot have the symbol {self.symbol!r}.")
        if self.symbol is not None and not _SYMBOL.fullmatch(self.symbol):
            raise ValueError(
                f"{self.symbol!r} is not a symbol: 3 to 10 capital letters or digits are."
            )

    @classmethod
    def parse(cls, name: str) -> Self:
        """Read a name as namespaces hold it: ``VCB``, ``VN30`` or ``VCB_finetuned``."""
        if name == POOLED_NAME:
            return cls("pooled")
        if name.endswith(FINETUNED_SUFFIX):
            return cls("finetuned", name.removesuffix(FINETUNED_SUFFIX))
        return cls("symbol", name)

    @property
    def name(self) -> str:
        """The name used in namespaces; `parse` reads it."""
        if self.symbol is None:
            return POOLED_NAME
        return self.symbol + (FINETUNED_SUFFIX if self.kind == "finetuned" else "")

    @property
    def folder(self) -> str:
        """Where its models live below the models' root, ``symbols/VCB`` for example."""
        parents = {"symbol": "symbols", "pooled": "pooled", "finetuned": "finetuned"}
        return parents[self.kind] + (f"/{self.symbol}" if self.symbol else "")

    def __str__(self) -> str:
        return self.name


def first_of_each_kind(scopes: Iterable[Scope]) -> list[Scope]:
    """Return one scope of each kind, the first, in the order of the kinds' first appearance."""
    firsts: dict[Kind, Scope] = {}
    for scope in scopes:
        firsts.setdefault(scope.kind, scope)
    return list(firsts.values())
