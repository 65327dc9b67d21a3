"""The generated pages of the documentation: run ``python docs/generate.py`` to write them."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from vn30_training.evaluation.columns import FIGURES, KEYS, VERDICTS
from vn30_training.features.reference import column_reference
from vn30_training.market.checks.codes import REPAIRS, TABLE
from vn30_training.models.options import InstanceOptions, merge_options
from vn30_training.models.registry import FamilySpec, discover, family_class
from vn30_training.models.scope import Scope

DOCS = Path(__file__).resolve().parent
FAMILIES = DOCS.parent / "conf/base/parameters/families"
NOTICE = "Written by `python docs/generate.py`; do not edit by hand."

_SCOPES = {
    "symbol": Scope("symbol", "FPT"),
    "pooled": Scope("pooled"),
    "finetuned": Scope("finetuned", "FPT"),
}
_FIXED = ("family", "path", "kind", "scope", "variant", "options")


def pages() -> dict[str, str]:
    """Return the text of every generated page by its name in ``docs``."""
    return {
        "codes.md": codes_page(),
        "families.md": families_page(),
        "features.md": column_reference(),
        "leaderboard.md": leaderboard_page(),
    }


def codes_page() -> str:
    """Return every code and every repair of the checks of price files."""
    codes = [(code, entry.level, entry.meaning, entry.fix) for code, entry in TABLE.items()]
    return _page(
        "Codes",
        "What a check of price files, and of the files of holdings, of an index and of corporate "
        "actions, can find. An error in prices stops the file or the symbol that it names, never "
        "the run, unless nothing is left; one in the other files stops the orders or the backtest; "
        "a warning stops nothing. The level is the usual one: some checks raise or lower it with "
        "the number of rows concerned.",
        _table(("code", "level", "meaning", "what to do"), codes),
        "## Repairs",
        "What is mended without asking. Each repair is listed in `data_quality.html` with its "
        "symbol, file and number of rows.",
        _table(("repair", "what was done"), REPAIRS.items()),
    )


def leaderboard_page() -> str:
    """Return the meaning of every column of the leaderboard."""
    return _page(
        "Leaderboard",
        "The columns of `leaderboard.csv` and `leaderboard.parquet`. One row is a family in one "
        "scope; all figures are of the test span and of the members of each day. The ideas behind "
        "them are in [method.md](method.md).",
        *(
            _table(("column", "meaning"), ((f"`{key}`", text) for key, text in columns.items()))
            for columns in (KEYS, FIGURES, VERDICTS)
        ),
    )


def families_page() -> str:
    """Return every family with its options, their defaults and their meaning."""
    common = meanings(InstanceOptions)
    rows = [(f"`{name}`", text) for name, text in common.items() if name not in _FIXED]
    parts = [part for path in sorted(FAMILIES.glob("*.yml")) for part in family_section(path)]
    return _page(
        "Families",
        "One file in `conf/base/parameters/families` and one class in `vn30_training.models` each. "
        "How files, variants and `--params` are merged is told in "
        "[architecture.md](architecture.md).",
        "## What every family has",
        "Beside `options`, which are the family's own, an entry under `defaults` may set:",
        _table(("field", "meaning"), rows),
        *parts,
    )


def family_section(path: Path) -> list[str]:
    """Return the paragraphs about the families that one file declares."""
    text = path.read_text(encoding="utf-8")
    declared = yaml.safe_load(text)
    comment = [line[1:].strip() for line in text.splitlines() if line.startswith("#")]
    return [
        part
        for name, spec in discover(declared).items()
        for part in _family(name, spec, declared[name], " ".join(comment))
    ]


def _family(name: str, spec: FamilySpec, declared: Mapping[str, Any], comment: str) -> list[str]:
    merged = {kind: merge_options(name, declared, _SCOPES[kind]) for kind in spec.scopes}
    own = family_class(spec.path).options_type
    values = [one.options for one in merged.values()]
    rows = [
        (f"`{option}`", *(_value(one[option]) for one in values), meaning)
        for option, meaning in _once(own.model_fields, meanings(own))
    ]
    first = next(iter(merged.values()))
    features = first.features if isinstance(first.features, str) else ", ".join(first.features)
    facts = f"{spec.kind}, class `{spec.path}`, features `{features}`, label `{first.label}`"
    seeds = "; ".join(f"{kind} {len(one.seeds)}" for kind, one in merged.items())
    parts = [f"## {name}", comment, f"{facts}. Seeds: {seeds}."]
    if declared.get("variants"):
        parts.append("Variants: " + ", ".join(f"`{one}`" for one in declared["variants"]) + ".")
    if rows:
        parts += [_summary(own), _table(("option", *merged, "meaning"), rows)]
    return parts


def _once(options: Iterable[str], told: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return each option with its meaning; what options in a row share is said once."""
    pairs = [(option, told.get(option, "")) for option in options]
    before = ["", *(meaning for _, meaning in pairs)]
    return [
        (option, "as above" if meaning and meaning == last else meaning)
        for (option, meaning), last in zip(pairs, before, strict=False)
    ]


def meanings(owner: type) -> dict[str, str]:
    """Return what the ``Attributes`` of a class and of its bases say, by attribute."""
    found: dict[str, str] = {}
    for base in reversed(owner.__mro__):
        doc = inspect.cleandoc(base.__dict__.get("__doc__") or "")
        _, _, listed = doc.partition("Attributes\n----------\n")
        for names, text in re.findall(r"^(\S.*)\n((?:    .*\n?|\n)+)", listed, re.MULTILINE):
            meaning = _markdown(" ".join(text.split()))
            found.update(dict.fromkeys(names.split(", "), meaning))
    return found


def _summary(owner: type) -> str:
    return _markdown(inspect.cleandoc(owner.__doc__ or "").split("\n\n")[0].replace("\n", " "))


def _markdown(text: str) -> str:
    return text.replace("``", "`")


def _value(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_value, value))
    return "none" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _page(title: str, *parts: str) -> str:
    return "\n\n".join((f"# {title}", NOTICE, *parts)) + "\n"


def _table(header: Sequence[str], rows: Iterable[Iterable[Any]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(
        "| " + " | ".join("" if cell is None else str(cell) for cell in line) + " |"
        for line in lines
    )


if __name__ == "__main__":
    for name, text in pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")
