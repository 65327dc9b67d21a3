"""What was run, and the warnings no reader may miss.

Keys read from the manifest, all optional: ``source``, ``simulated``, ``survivorship`` (bool),
``missing_members`` (list), ``planted_ic``, ``symbols`` (list), ``first``, ``last`` (ISO dates),
``split`` (``train``, ``valid``, ``test``, each ``first`` and ``last``; ``gap_days``), ``label``
(``name``, ``start``, ``end``), ``families`` (list), ``version``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vn30_training.reporting.formatting import known, number, plural
from vn30_training.reporting.tables import some


@dataclass(frozen=True, slots=True)
class Banner:
    """A warning over the whole page."""

    kind: str
    title: str
    text: str


def banners(manifest: Mapping[str, Any], quality: Mapping[str, Any] | None = None) -> list[Banner]:
    """Return the warnings that apply: a simulated market, a survivorship-biased universe."""
    found = []
    if is_simulated(manifest, quality):
        found.append(Banner("simulated", "SIMULATED", simulated_text(manifest)))
    if manifest.get("survivorship"):
        found.append(survivorship(manifest.get("missing_members") or []))
    return found


def survivorship(missing: Sequence[str]) -> Banner:
    """Return the warning that the stocks are those that made it, or lack some that did not."""
    flattered = "Returns and scores are flattered"
    if not missing:
        return Banner(
            "survivorship",
            "Today's members: survivorship-biased",
            "Membership carries no dates, so the stocks are those that made it into the index. "
            f"{flattered}; give dated membership to mend it.",
        )
    return Banner(
        "survivorship",
        "Former members are missing: survivorship-biased",
        f"{plural(len(missing), 'stock')} of the index at the time have no prices here: "
        f"{some(tuple(missing))}. {flattered}; add their files and name them in the universe.",
    )


def is_simulated(manifest: Mapping[str, Any], quality: Mapping[str, Any] | None = None) -> bool:
    """Return whether the prices are made up, as the manifest or the quality report says."""
    return bool(manifest.get("simulated") or (quality or {}).get("simulated"))


def simulated_text(manifest: Mapping[str, Any]) -> str:
    """Return what a simulated market means for the figures."""
    text = "Prices are made up by the embedded market. Nothing here says anything of real stocks."
    planted = manifest.get("planted_ic")
    if not known(planted):
        return text
    if planted == 0:
        return f"{text} No signal was planted: any skill is luck."
    return f"{text} A signal of rank IC {number(planted)} was planted to be found."


def facts(manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what was run as pairs of word and value; what the manifest lacks is left out."""
    members = manifest.get("symbols") or []
    families = manifest.get("families") or []
    pairs = [
        ("Prices", str(manifest.get("source") or "")),
        ("Span", span(manifest.get("first"), manifest.get("last"))),
        ("Stocks", str(len(members)) if members else ""),
        *_split(manifest.get("split") or {}),
        ("Label", label_words(manifest.get("label") or {})),
        ("Families", ", ".join(families)),
        ("Version", str(manifest.get("version") or "")),
    ]
    return [(word, value) for word, value in pairs if value]


def span(first: Any, last: Any) -> str:
    """Return two dates as one span."""
    return f"{first} to {last}" if first and last else ""


def label_words(label: Mapping[str, Any]) -> str:
    """Return the label in words: from which close to which."""
    if not {"start", "end"} <= set(label):
        return ""
    text = f"return from the close of t+{label['start']} to the close of t+{label['end']}"
    return f"{text} ({label['name']})" if label.get("name") else text


def _split(split: Mapping[str, Any]) -> list[tuple[str, str]]:
    words = {"train": "Training", "valid": "Validation", "test": "Test"}
    pairs = [
        (word, span(split[part]["first"], split[part]["last"]))
        for part, word in words.items()
        if part in split
    ]
    if "gap_days" in split:
        pairs.append(("Left out between", plural(split["gap_days"], "session")))
    return pairs
