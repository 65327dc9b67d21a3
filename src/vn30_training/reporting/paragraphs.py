"""One paragraph per family, generated from the figures: the default is "no better than"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from vn30_training.evaluation.evidence import Evidence
from vn30_training.reporting import statements
from vn30_training.reporting.formatting import SCOPE_WORDS, known, plural, scope_place
from vn30_training.reporting.pairs import REVERSAL, Key, Pairs

UNTESTED = "not tested against"
FLOORS = "Floors"


@dataclass(frozen=True, slots=True)
class Part:
    """What is told of one scope: ranking, steadiness, worth, size and quantiles."""

    about: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A family in words: the verdict, then scope by scope, then what holds for all of it."""

    family: str
    headline: str
    parts: tuple[Part, ...]
    caveats: str


def paragraphs(evidence: Evidence, caveats: Sequence[str] = ()) -> list[Paragraph]:
    """Return one paragraph per model family in the leaderboard's order, and one for the floors.

    Parameters
    ----------
    evidence
        Any of its tables may be empty; what cannot be told is left out.
    caveats
        Sentences that hold for every family, such as the audit's verdict and survivorship.
    """
    pairs = Pairs(evidence.paired)
    board = evidence.leaderboard
    models = board[board["kind"] != "naive"]
    common = " ".join(filter(None, (trials(evidence), *caveats)))
    told = [
        _family(family, models[models["family"] == family], evidence, pairs, common)
        for family in dict.fromkeys(models["family"])
    ]
    floors = board[board["kind"] == "naive"]
    return told if floors.empty else [*told, _floors(floors, evidence, pairs)]


def trials(evidence: Evidence) -> str:
    """Say how many trials the data have seen; unknown is not none."""
    logged = evidence.trials.get("count")
    if not known(logged):
        return "How many trials these data have seen was not logged."
    return f"{plural(logged, 'trial')} {'was' if logged == 1 else 'were'} logged on these data."


def _family(
    family: str, board: pd.DataFrame, evidence: Evidence, pairs: Pairs, caveats: str
) -> Paragraph:
    ordered = sorted(board.to_dict("records"), key=lambda record: scope_place(record["scope"]))
    records = [pd.Series(record) for record in ordered]
    return Paragraph(
        family=family,
        headline=headline(records, pairs),
        parts=tuple(
            Part(_scope(record), scope_texts(record, evidence, pairs)) for record in records
        ),
        caveats=caveats,
    )


def _scope(record: pd.Series) -> str:
    return SCOPE_WORDS.get(record["scope"], str(record["scope"])).capitalize()


def headline(records: list[pd.Series], pairs: Pairs) -> str:
    """Return the verdict against reversal over a family's scopes, in one line."""
    scopes: dict[str, list[str]] = {}
    for record in records:
        scopes.setdefault(verdict_word(record, pairs), []).append(
            SCOPE_WORDS.get(record["scope"], str(record["scope"]))
        )
    if list(scopes) == ["not ranked"]:
        return "No scope could be ranked: nothing is claimed."
    told = [
        f"{_phrase(word)} {_in_scopes(word, names, len(records))}" for word, names in scopes.items()
    ]
    text = "; ".join(told)
    return f"{text[0].upper()}{text[1:]}."


def _phrase(word: str) -> str:
    if word == "not ranked":
        return word
    return f"{word} {REVERSAL.family}" if word == UNTESTED else f"{word} than {REVERSAL.family}"


def _in_scopes(word: str, names: list[str], of: int) -> str:
    if len(names) == of > 1:
        return "in any scope" if word.startswith("no") else "in every scope"
    return statements.listed(names)


def verdict_word(record: pd.Series, pairs: Pairs) -> str:
    """Return how a row's ranking stands against reversal; no test, no claim."""
    if not record["ranked"]:
        return "not ranked"
    found = pairs.against(REVERSAL, key_of(record))
    return found.word if found else UNTESTED


def key_of(record: pd.Series) -> Key:
    """Return family and scope of a row."""
    return str(record["family"]), str(record["scope"])


def scope_texts(record: pd.Series, evidence: Evidence, pairs: Pairs) -> tuple[str, ...]:
    """Return all that is known of one family and scope, a text per question."""
    key = key_of(record)
    questions = (
        (statements.ranking(pairs, record), statements.confidence(evidence, key)),
        (
            statements.regimes(evidence, key),
            statements.folds(evidence, key),
            statements.seeds(evidence, key),
        ),
        (statements.signal(evidence, key),),
        (statements.errors(pairs, key), statements.quantiles(evidence, pairs, key)),
    )
    texts = (" ".join(filter(None, told)) for told in questions)
    return tuple(filter(None, texts))


def _floors(floors: pd.DataFrame, evidence: Evidence, pairs: Pairs) -> Paragraph:
    parts = [
        Part(
            str(record["family"]),
            (
                statements.ranking(pairs, record),
                statements.quantiles(evidence, pairs, key_of(record)),
            ),
        )
        for _, record in floors.iterrows()
    ]
    return Paragraph(FLOORS, "Rules that learn nothing and cost nothing.", tuple(parts), "")
