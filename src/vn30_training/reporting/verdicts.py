"""The run in plain sentences: what was found, against what costs nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from vn30_training.reporting.formatting import SCOPE_WORDS, interval, known, number, percent, plural

# Differences of rank IC below this come and go with the seed.
NOISE = 0.01


@dataclass(frozen=True, slots=True)
class Sentence:
    """What is said, and what about."""

    about: str
    text: str


def sentences(leaderboard: pd.DataFrame, instances: pd.DataFrame) -> list[Sentence]:
    """Return what a reader should take away, most important first; none praises luck."""
    models = leaderboard[leaderboard["kind"] != "naive"]
    ranked = models[models["ranked"].astype(bool) & models["rank_ic"].notna()]
    found = [_instances(instances)]
    if ranked.empty:
        return [Sentence("Ranking", "No model could be ranked."), *filter(None, found)]
    found = [
        _best(ranked),
        _increment(ranked),
        _scopes(ranked),
        _size(ranked),
        _direction(ranked),
        _quantiles(ranked),
        *found,
    ]
    return [sentence for sentence in found if sentence]


def name(record: pd.Series) -> str:
    """Return what a row is called in a sentence."""
    return f"{record['family']} ({SCOPE_WORDS.get(record['scope'], record['scope'])})"


def _top(ranked: pd.DataFrame, values: pd.Series[float]) -> pd.Series:
    """Return the row where ``values`` is largest."""
    return ranked.iloc[int(values.to_numpy(dtype=float, na_value=-np.inf).argmax())]


def _best(ranked: pd.DataFrame) -> Sentence:
    best = _top(ranked, ranked["rank_ic"])
    text = (
        f"{name(best)} orders the stocks best: rank IC {number(best['rank_ic'])}, 95 % interval "
        f"{interval(best['rank_ic_low'], best['rank_ic_high'])}, t "
        f"{number(best['rank_ic_t'], 1)} over {plural(best['n_days'], 'day')}."
    )
    if known(best["rank_ic_low"]) and best["rank_ic_low"] <= 0:
        text += " That cannot be told from luck."
    close = int((ranked["rank_ic"] > best["rank_ic"] - NOISE).sum()) - 1
    if close:
        text += f" Within {NOISE} of it, which is noise, {_lie(close)} {plural(close, 'other')}."
    return Sentence("Ranking", text)


def _lie(number_of_them: int) -> str:
    return "lies" if number_of_them == 1 else "lie"


def _increment(ranked: pd.DataFrame) -> Sentence:
    about = "Against reversal"
    better = [name(record) for _, record in ranked[ranked["increment_low"] > 0].iterrows()]
    if not better:
        return Sentence(
            about,
            "No model beats the bet that yesterday's losers rise: every 95 % interval of the "
            "increment holds zero or lies below it.",
        )
    return Sentence(
        about,
        f"The 95 % interval of the increment over yesterday's losers lies above zero for "
        f"{', '.join(better)}; {plural(len(ranked), 'model')} were tried, and luck alone lifts "
        "one in forty.",
    )


def _scopes(ranked: pd.DataFrame) -> Sentence | None:
    table = ranked.pivot_table(index="family", columns="scope", values="rank_ic", aggfunc="first")
    both = table.reindex(columns=["pooled", "symbol"]).dropna()
    if both.empty:
        return None
    won = int((both["pooled"] > both["symbol"]).sum())
    families = "family" if len(both) == 1 else "families"
    return Sentence(
        "Pooling",
        f"One model for all stocks ranks them better than a model per stock in {won} of "
        f"{len(both)} {families} trained both ways.",
    )


def _size(ranked: pd.DataFrame) -> Sentence | None:
    skills = ranked["mae_skill"]
    if skills.isna().all():
        return None
    best = _top(ranked, skills)
    gain = percent(abs(best["mae_skill"]), 2)
    if best["mae_skill"] <= 0:
        return Sentence(
            "Size",
            "No model has a smaller absolute error than the forecast zero; the closest, "
            f"{name(best)}, errs by {gain} % more.",
        )
    sound = "mae_skill_low" in best and best["mae_skill_low"] > 0
    doubt = "" if sound else ", which cannot be told from luck"
    return Sentence(
        "Size",
        f"{int((skills > 0).sum())} of {plural(skills.count(), 'model')} have a smaller absolute "
        f"error than the forecast zero; the best, {name(best)}, by {gain} %{doubt}.",
    )


def _direction(ranked: pd.DataFrame) -> Sentence | None:
    lead = ranked["accuracy"].round(3) - ranked["majority_accuracy"].round(3)  # as they are shown
    if lead.isna().all():
        return None
    best = _top(ranked, lead)
    won = int((lead > 0).sum())
    return Sentence(
        "Direction",
        f"{won or 'None'} of {plural(lead.count(), 'model')} {'is' if won == 1 else 'are'} right "
        f"more often than always saying the same; the best, {name(best)}, "
        f"{percent(best['accuracy'])} % against {percent(best['majority_accuracy'])} %.",
    )


def _quantiles(ranked: pd.DataFrame) -> Sentence | None:
    covered = ranked["coverage_80"].dropna()
    if covered.empty:
        return None
    text = f"80 % intervals hold {percent(covered.min())} to {percent(covered.max())} % of returns"
    skill = ranked["pinball_skill"]
    if (skill > 0).any():
        best = _top(ranked, skill)
        text += (
            f"; {int((skill > 0).sum())} of {plural(skill.count(), 'model')} have a smaller "
            f"pinball loss than EWMA volatility, the best, {name(best)}, by "
            f"{percent(skill.max())} %"
        )
    elif skill.notna().any():
        text += "; no model has a smaller pinball loss than EWMA volatility"
    return Sentence("Quantiles", f"{text}.")


def _instances(instances: pd.DataFrame) -> Sentence | None:
    counts = instances.loc[instances["status"] != "ok", "status"].value_counts().sort_index()
    if counts.empty:
        return None
    bad = ", ".join(f"{number_of_them} {word}" for word, number_of_them in counts.items())
    return Sentence("Instances", f"Of {len(instances)}: {bad}. The reasons are below.")
