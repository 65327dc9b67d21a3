"""What to take away from an evaluation, most important first, by corrected tests only."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import pandas as pd

from vn30_training.evaluation.evidence import Evidence
from vn30_training.reporting.formatting import interval, known, number, percent, plural
from vn30_training.reporting.pairs import EWMA, REVERSAL, RIDGE, ZERO, Pairs, Yardstick
from vn30_training.reporting.paragraphs import key_of, trials
from vn30_training.reporting.statements import METRICS, listed
from vn30_training.reporting.verdicts import Sentence, name, sentences

SPA_LEVEL = 0.05


def takeaways(
    evidence: Evidence, instances: pd.DataFrame, caveats: Sequence[str] = ()
) -> list[Sentence]:
    """Return the evaluation in plain sentences, the ``caveats`` that hold for all of it first.

    "Better" and "worse" need the 95 % interval and Holm's p; whatever else is "no better".
    """
    board = evidence.leaderboard
    ranked = board[(board["kind"] != "naive") & board["ranked"].astype(bool)]
    told = {sentence.about: sentence for sentence in sentences(board, instances)}
    pairs = Pairs(evidence.paired)
    found = [
        Sentence("Read first", " ".join(caveats)) if caveats else None,
        _ranking(board, ranked),
        *(
            _against(about, ranked, pairs, yardstick, words)
            for about, yardstick, words in (
                ("Against reversal", REVERSAL, "reversal_1, the bet that yesterday's losers rise"),
                ("Against ridge", RIDGE, "ridge"),
                ("Size", ZERO, "the forecast zero in absolute error"),
                ("Quantiles", EWMA, "EWMA volatility in pinball loss"),
            )
        ),
        _pooling(ranked, pairs),
        _luck(evidence, ranked),
        told.get("Instances"),
    ]
    return [sentence for sentence in found if sentence]


def _ranking(board: pd.DataFrame, ranked: pd.DataFrame) -> Sentence:
    """Name the highest rank IC beside the best floor's; it is claimed of neither to be the best."""
    known_ic = ranked.dropna(subset=["rank_ic"]).sort_values("rank_ic")
    if known_ic.empty:
        return Sentence("Ranking", "No model could be ranked.")
    text = (
        f"The highest rank IC of {plural(len(known_ic), 'model')} is {_rank_ic(known_ic.iloc[-1])}"
    )
    floors = board[board["kind"] == "naive"].dropna(subset=["rank_ic"]).sort_values("rank_ic")
    if len(floors):
        text += f"; the highest of the floors, {_rank_ic(floors.iloc[-1], floor=True)}"
    many = " The first of many is flattered by being picked." if len(known_ic) > 1 else ""
    return Sentence("Ranking", f"{text}.{many}")


def _rank_ic(record: pd.Series, *, floor: bool = False) -> str:
    called = str(record["family"]) if floor else name(record)
    span = interval(record["rank_ic_low"], record["rank_ic_high"])
    return f"{called}'s, {number(record['rank_ic'])}, 95 % interval {span}"


def _against(
    about: str, ranked: pd.DataFrame, pairs: Pairs, yardstick: Yardstick, words: str
) -> Sentence | None:
    """Count the models that are better and worse than a yardstick."""
    tested = [
        (name(record), found)
        for _, record in ranked.iterrows()
        if (found := pairs.against(yardstick, key_of(record)))
    ]
    if not tested:
        return None
    better, worse, rest = (
        [model for model, found in tested if found.word == word]
        for word in ("better", "worse", "no better")
    )
    if better:
        told = [f"{listed(better)} {_is(better)} better than {words}"]
        told += [f"{len(rest)} of {len(tested)} {_is(rest)} no better"] if rest else []
    else:
        told = [f"none of {plural(len(tested), 'model')} is better than {words}"]
    told += [f"{listed(worse)} {_is(worse)} worse"] if worse else []
    tests = f"by interval and Holm's correction over {tested[0][1].tests} comparisons"
    return Sentence(about, _capital(f"{'; '.join(told)}, {tests}."))


def _is(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _capital(text: str) -> str:
    """Names of families keep their letters; only a sentence's own first word is raised."""
    return f"N{text[1:]}" if text.startswith("none ") else text


def _pooling(ranked: pd.DataFrame, pairs: Pairs) -> Sentence | None:
    """Count the families whose pooled model ranks better than their models per stock."""
    found = [
        comparison.word
        for family in dict.fromkeys(ranked["family"].astype(str))
        if (comparison := pairs.of("rank_ic", (family, "pooled"), (family, "symbol")))
    ]
    if not found:
        return None
    better, worse = found.count("better"), found.count("worse")
    return Sentence(
        "Pooling",
        f"One model for all stocks ranks them better than a model per stock in {better} of "
        f"{len(found)} families tested both ways, worse in {worse}, by the same rule.",
    )


def _luck(evidence: Evidence, ranked: pd.DataFrame) -> Sentence | None:
    """Tell what the search costs: trials, the best deflated Sharpe, the backtests' overfitting."""
    told = [f"{trials(evidence)[:-1]}"]
    scores = evidence.signal.merge(ranked[["family", "scope"]], on=["family", "scope"])
    scores = scores.dropna(subset=["dsr"])
    if len(scores):
        best = scores.sort_values("dsr").iloc[-1]
        told.append(
            f"allowing for them, the highest probability that a Sharpe ratio is above zero is "
            f"{number(best['dsr'], 2)}, {name(best)}"
        )
    if len(evidence.overfitting):
        record = evidence.overfitting.iloc[0]
        told.append(
            f"the probability of backtest overfitting by choosing the best of "
            f"{plural(record['configurations'], 'model')} is {percent(record['pbo'], 0)} %, where "
            "choosing without skill has 50 %"
        )
    return Sentence("Luck", f"{'; '.join(told)}.")


def overfitting(evidence: Evidence) -> str:
    """Say how often the choice of the best in one half of time was a bad one in the other."""
    if evidence.overfitting.empty:
        return ""
    record = evidence.overfitting.iloc[0]
    return (
        f"Probability of backtest overfitting: {percent(record['pbo'], 0)} %. So often was the "
        f"best of {plural(record['configurations'], 'model')} in one half of "
        f"{plural(record['blocks'], 'block')} of time below the median in the other half, over "
        f"{plural(record['n_days'], 'day')}; a choice without skill gives about 50 %. Floors are "
        "left out, as they are not chosen among."
    )


def superiority(evidence: Evidence) -> list[Sentence]:
    """Return Hansen's tests and the model confidence sets in words, one metric after another."""
    told = [_hansen(record) for _, record in evidence.spa.iterrows()]
    metrics = dict.fromkeys(evidence.confidence_set["metric"].astype(str))
    return told + [_set(metric, evidence) for metric in metrics]


def _hansen(record: pd.Series) -> Sentence:
    metric = METRICS.get(str(record["metric"]), str(record["metric"]))
    shown = known(record["p_consistent"]) and record["p_consistent"] < SPA_LEVEL
    verdict = "at least one is better" if shown else "none is shown to be better"
    return Sentence(
        f"Superior ability, {metric}",
        f"Of {plural(record['models'], 'model')} against {record['benchmark']}, {verdict}: "
        f"Hansen's p {number(record['p_consistent'])} ({number(record['p_lower'])} to "
        f"{number(record['p_upper'])}), the choice of the best, {name(_best(record))}, allowed "
        f"for, over {plural(record['n_days'], 'day')}.",
    )


def _best(record: pd.Series) -> pd.Series:
    return pd.Series({"family": record["best_family"], "scope": record["best_scope"]})


def _set(metric: str, evidence: Evidence) -> Sentence:
    table = evidence.confidence_set
    table = table[table["metric"] == metric]
    inside = table["inside"].astype(bool)
    kinds = evidence.leaderboard.set_index(["family", "scope"])["kind"].to_dict()
    kept, lost = (
        [_named(record, kinds) for _, record in table[state].iterrows()]
        for state in (inside, ~inside)
    )
    floors = sum(name.endswith("(floor)") for name in kept)
    told = f"{len(kept)} of {len(table)} cannot be told from the best: {listed(kept)}."
    told += f" {plural(floors, 'floor')} among them." if floors else " No floor is among them."
    told += f" Left out: {listed(lost)}." if lost else " None is left out."
    return Sentence(f"Confidence set, {METRICS.get(metric, metric)}", told)


def _named(record: pd.Series, kinds: dict[Hashable, str]) -> str:
    if kinds.get((record["family"], record["scope"])) == "naive":
        return f"{record['family']} (floor)"
    return name(record)
