"""Forecasts of a fitted model know neither the days after them nor the return they forecast."""

from __future__ import annotations

import numpy as np
import pandas as pd

from vn30_training.evaluation.audit.case import Case
from vn30_training.evaluation.audit.chain import Frame, Mask
from vn30_training.evaluation.audit.cuts import WORLDS, after_cut, choose_cuts, known_universe
from vn30_training.evaluation.audit.findings import Finding
from vn30_training.evaluation.audit.rules import with_dividend
from vn30_training.evaluation.ic import daily_ic
from vn30_training.models.contract import QUANTILE_COLUMNS

Y = ("y_raw", "y_z", "y_rank")
FORECAST = ("y_pred", "score", *QUANTILE_COLUMNS, "p_up")
LOOKED_AT = 20
"""Sessions before a cut whose forecasts are compared; a longer reach shows there too."""

LEAST_RANK_CORRELATION = 0.99
"""Of scores before and after a later dividend: rounding may turn a tree's threshold."""

_KEYS = ["symbol", "date"]


def audit_forecasts(case: Case) -> list[Finding]:
    """Make the checks of a fitted model."""
    features = case.chain.features(case.panel)
    labels = case.chain.labels(case.panel, case.sessions)
    hidden = _hidden_labels(case, features, labels)
    if hidden.verdict == "fail":
        reason = "its score depends on the label, which alone changes it at every cut"
        return [hidden, Finding("future", case.name, "skipped", detail=reason)]
    return [hidden, _future(case, features, labels), _dividend(case, features, labels)]


def _hidden_labels(case: Case, features: Frame, labels: Frame) -> Finding:
    """Forecast the same rows with their labels unknown, and with others in their place."""
    rows = case.mask("test")
    known = case.chain.forecast(case.model, features, labels, rows)
    generator = np.random.default_rng(case.options.seed)
    others = generator.standard_normal(len(labels))
    for values in (np.full(len(labels), np.nan), others, -others):
        changed = labels.assign(**dict.fromkeys(Y, values))
        again = case.chain.forecast(case.model, features, changed, rows)
        differing = _differing(known, again)
        if differing:
            detail = f"{', '.join(differing)} change when the labels of the same rows do"
            return Finding("hidden labels", case.name, "fail", "label in the score", detail)
    detail = "bit-equal with the labels hidden or replaced"
    return Finding("hidden labels", case.name, "pass", detail=detail)


def _future(case: Case, features: Frame, labels: Frame) -> Finding:
    """Cut the history at each day, by noise and by deletion in turn, and forecast up to it."""
    cuts = choose_cuts(case.bars, case.options.cuts, case.options.seed)
    found = []
    for turn, cut in enumerate(cuts):
        world = WORLDS[turn % 2]
        if world == "deleted":
            panel = known_universe(case.panel, cut.day, case.options.seed)
        else:
            panel = after_cut(case.panel, cut.day, world, case.options.seed)
        known = case.chain.labels(panel, case.sessions)
        rows = _last_days(case, known, cut.day)
        again = case.chain.forecast(case.model, case.chain.features(panel), known, rows)
        # The same rows at once: a product of matrices rounds a row by its place among the others.
        whole = case.chain.forecast(case.model, features, labels, _last_days(case, labels, cut.day))
        differing = _differing(whole, again)
        if differing:
            found.append(f"{', '.join(differing)} before {cut.day.date()} ({cut.kind}, {world})")
    if found:
        detail = f"{found[0]}; {len(found)} of {len(cuts)} cuts"
        return Finding("future", case.name, "fail", "window reaching ahead", detail, cuts=len(cuts))
    detail = f"bit-equal up to {len(cuts)} days with the future replaced or deleted"
    return Finding("future", case.name, "pass", detail=detail, cuts=len(cuts))


def _dividend(case: Case, features: Frame, labels: Frame) -> Finding:
    """Pay a dividend after the last day: the scores must rank as before."""
    rows = case.mask("test")
    before = case.chain.forecast(case.model, features, labels, rows)
    rescaled = case.chain.features(with_dividend(case.panel))
    after = case.chain.forecast(case.model, rescaled, labels, rows)
    both = before[[*_KEYS, "score"]].merge(after[[*_KEYS, "score"]], on=_KEYS, how="outer")
    moved = both["score_x"].isna() | both["score_y"].isna()
    correlation = _rank_correlation(case, both)
    if moved.any() or correlation < LEAST_RANK_CORRELATION:
        detail = f"scores rank with correlation {correlation:.3f} after a later dividend"
        return Finding("dividend", case.name, "fail", "price level", detail)
    detail = "scores rank the same when a later dividend rescales the prices"
    return Finding("dividend", case.name, "pass", detail=detail)


def _rank_correlation(case: Case, both: Frame) -> float:
    if case.scope.kind != "pooled":
        constant = both["score_x"].nunique() < 2
        return 1.0 if constant else float(both["score_x"].corr(both["score_y"], method="spearman"))
    daily = daily_ic(both.rename(columns={"score_x": "score", "score_y": "y_true"}), by=[])[
        "rank_ic"
    ].dropna()
    return float(daily.mean()) if len(daily) else 1.0


def _last_days(case: Case, labels: Frame, day: pd.Timestamp) -> Mask:
    place = case.market.place(day)
    first = case.market.days[max(place - LOOKED_AT + 1, 0)]
    return np.asarray((labels["date"] >= first) & (labels["date"] <= day), dtype=bool)


def _differing(one: Frame, two: Frame) -> list[str]:
    """Return the columns of two forecasts that are not bit-equal."""
    one, two = (each.sort_values([*_KEYS, "seed"], ignore_index=True) for each in (one, two))
    if not one[[*_KEYS, "seed"]].equals(two[[*_KEYS, "seed"]]):
        return ["rows"]
    return [name for name in FORECAST if not _equal(one[name], two[name])]


def _equal(one: pd.Series, two: pd.Series) -> bool:
    return bool(np.array_equal(one.to_numpy(), two.to_numpy(), equal_nan=True))
