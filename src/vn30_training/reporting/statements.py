"""One sentence per question about a family and scope, made from the figures and nothing else.

Each function returns an empty string where the question could not be asked.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from vn30_training.evaluation.calibration_slices import calibration_targets
from vn30_training.evaluation.evidence import Evidence
from vn30_training.reporting.formatting import (
    count,
    interval,
    known,
    number,
    percent,
    plural,
)
from vn30_training.reporting.pairs import EWMA, REVERSAL, RIDGE, ZERO, Key, Pairs, Yardstick


def part(table: pd.DataFrame, key: Key) -> pd.DataFrame:
    """Return the rows of a family and scope."""
    family, scope = key
    kept: pd.DataFrame = table[(table["family"] == family) & (table["scope"] == scope)]
    return kept


def compared(pairs: Pairs, yardstick: Yardstick, key: Key, said: str = "") -> str:
    """Say whether a family is better than a yardstick, with difference, interval and Holm's p."""
    found = pairs.against(yardstick, key)
    if found is None:
        return ""
    return f"{found.word.capitalize()} than {said or yardstick.family}: {found.figures}."


def ranking(pairs: Pairs, record: pd.Series) -> str:
    """Tell the rank IC, and how it differs from reversal's and from ridge's."""
    key = str(record["family"]), str(record["scope"])
    if not record["ranked"]:
        return f"{str(record['verdict'] or 'not ranked').partition(';')[0].capitalize()}."
    own = f"Rank IC {number(record['rank_ic'])}, " + _span(record, "rank_ic")
    if known(record["rank_ic_low"]) and record["rank_ic_low"] <= 0 <= record["rank_ic_high"]:
        own += ", which holds zero"
    reversal = compared(pairs, REVERSAL, key) or _uncorrected(record)
    return _joined(reversal, compared(pairs, RIDGE, key), f"{own}.")


def _uncorrected(record: pd.Series) -> str:
    """Without a paired test nothing is claimed, whatever the interval of the increment is."""
    if record["family"] == REVERSAL.family or not known(record["increment_low"]):
        return ""
    return (
        "Not shown to be better than reversal_1: difference "
        f"{number(record['increment_over_reversal'], signed=True)}, "
        f"{_span(record, 'increment')}, no test corrected for the number of families."
    )


def regimes(evidence: Evidence, key: Key) -> str:
    """Count the regimes in which a family differs from reversal, each by its own interval."""
    table = part(evidence.regimes, key).dropna(subset=["increment_low", "increment_high"])
    if table.empty or key[0] == REVERSAL.family:
        return ""
    above = list(table.loc[table["increment_low"] > 0, "regime"].astype(str))
    below = list(table.loc[table["increment_high"] < 0, "regime"].astype(str))
    if not above and not below:
        return f"In no regime of {len(table)} does it differ from reversal_1 by its interval."
    told = [
        f"{word} it in {len(names)} of {len(table)} regimes ({', '.join(names)})"
        for word, names in (("above", above), ("below", below))
        if names
    ]
    return (
        f"Compared with reversal_1, the interval lies {' and '.join(told)}; looked at one by one, "
        "by luck alone about one in twenty would differ."
    )


def folds(evidence: Evidence, key: Key) -> str:
    """Count the folds with a rank IC above zero, and what became of the instances."""
    table = part(evidence.folds, key)
    tested = table["rank_ic"].dropna()
    told = []
    if len(tested):
        good = int((tested > 0).sum())
        told.append(
            f"Rank IC is above zero in {good} of {plural(len(tested), 'fold')}, from "
            f"{interval(tested.min(), tested.max())}."
        )
    names = {"n_failed": "failed", "n_degenerate": "degenerate", "n_skipped": "skipped"}
    sums = {word: table[name].sum() for name, word in names.items()}
    bad = [f"{count(sum_of)} {word}" for word, sum_of in sums.items() if sum_of > 0]
    if bad:
        total = sum(sums.values()) + table["n_ok"].sum()
        told.append(f"Of {plural(total, 'fit')}, {', '.join(bad)}.")
    return " ".join(told)


def seeds(evidence: Evidence, key: Key) -> str:
    """Tell how far the rank IC differs between seeds."""
    values = part(evidence.seeds, key)["rank_ic"].dropna()
    if len(values) < 2:
        return "One seed." if len(values) else ""
    spread = values.max() - values.min()
    return (
        f"{len(values)} seeds differ by {number(spread)} "
        f"({interval(values.min(), values.max())}); their mean is what is scored."
    )


def errors(pairs: Pairs, key: Key) -> str:
    """Say whether the forecasts are closer than the forecast zero."""
    told = compared(pairs, ZERO, key, "the forecast zero")
    return told and f"In absolute error {told[0].lower()}{told[1:]}"


def quantiles(evidence: Evidence, pairs: Pairs, key: Key) -> str:
    """Tell what intervals hold, given and recalibrated, and how quantiles stand beside EWMA."""
    table = part(evidence.calibration, key).replace({"variant": {"given": "as given"}})
    told = [_coverage(table, variant) for variant in ("as given", "recalibrated")]
    held = listed([text for text in told if text])
    covered = f"80 % intervals hold {held}." if held else ""
    against = compared(pairs, EWMA, key, "EWMA volatility")
    return _joined(covered, against and f"In quantiles {against[0].lower()}{against[1:]}")


def _coverage(table: pd.DataFrame, variant: str) -> str:
    mine = table[table["variant"] == variant]
    pooled = mine.loc[mine["kind"] == "all", "coverage_80"].dropna()
    if pooled.empty:
        return ""
    within = calibration_targets(mine)["symbols_within"].iloc[0]
    stocks = f" ({percent(within, 0)} % of stocks within 4 points)" if known(within) else ""
    return f"{percent(pooled.iloc[0])} % {variant}{stocks}"


def signal(evidence: Evidence, key: Key) -> str:
    """Tell what the top group earned over the bottom one, and how much of that is luck."""
    table = part(evidence.signal, key).dropna(subset=["long_short"])
    if table.empty:
        return ""
    record = table.iloc[0]
    ends = [percent(record[f"long_short_{end}"], 2) for end in ("low", "high")]
    text = (
        f"Top less bottom group: {percent(record['long_short'], 2, signed=True)} % per holding "
        f"before costs, interval {ends[0]} to {ends[1]} %"
    )
    if known(record["dsr"]):
        text += (
            f"; deflated Sharpe probability {number(record['dsr'], 2)} after "
            f"{plural(record['trials'], 'trial')}"
        )
    return f"{text}."


def confidence(evidence: Evidence, key: Key) -> str:
    """Say by which metrics the family cannot be told from the best."""
    table = part(evidence.confidence_set, key)
    inside = table["inside"].astype(bool)
    words = {True: "Inside", False: "Outside"}
    told = [
        f"{words[state]} the 90 % model confidence set by {listed(metrics)}."
        for state in (True, False)
        if (metrics := [METRICS.get(str(m), str(m)) for m in table.loc[inside == state, "metric"]])
    ]
    return " ".join(told)


METRICS = {"rank_ic": "rank IC", "absolute_error": "absolute error", "pinball": "pinball loss"}


def listed(names: Sequence[str]) -> str:
    """Return names as a sentence lists them: ``a, b and c``."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def _span(record: pd.Series, name: str) -> str:
    return f"interval {interval(record[f'{name}_low'], record[f'{name}_high'])}"


def _joined(*texts: str) -> str:
    return " ".join(filter(None, texts))
