"""Skill where there can be none, and none where there must be: shuffled and planted labels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vn30_training.evaluation.audit.case import Case
from vn30_training.evaluation.audit.chain import Frame, Model
from vn30_training.evaluation.audit.findings import Finding
from vn30_training.evaluation.ic import daily_ic

Y = ("y_raw", "y_z", "y_rank")
BAND = 4.0
"""Standard errors of the mean over all shuffles: a healthy chain leaves them once in 16,000."""


def audit_shuffled(case: Case) -> Finding:
    """Shuffle the labels across the stocks of each day, train anew and judge by the shuffled ones.

    Given the scores, a shuffled day's rank correlation has mean 0 and variance 1 / (stocks - 1),
    whatever the scores are: the band is exact. One symbol alone is judged by the correlation of its
    scores with standardised labels over time, of which each day's is another stock's at random.
    """
    generator = np.random.default_rng(case.options.seed)
    means, errors = [], []
    for _ in range(case.options.shuffles):
        labels = shuffled(case.labels, generator)
        model = case.chain.train(case.features, labels, case.split)
        mean, error = _correlation(case, model_scores(case, model, case.features, labels))
        if np.isfinite(mean):
            means.append(mean)
            errors.append(error)
    if not means:
        detail = f"it ranks nothing in any of {case.options.shuffles} shuffles"
        return Finding("shuffled labels", case.name, "pass", detail=detail)
    mean = float(np.mean(means))
    band = BAND * float(np.sqrt(np.sum(np.square(errors)))) / len(means)
    inside = int(np.sum(np.abs(means) <= 1.96 * np.array(errors)))
    detail = (
        f"mean correlation {mean:+.4f} over {len(means)} shuffles, null band +-{band:.4f}; "
        f"{inside} shuffles inside their own 95 % band"
    )
    if abs(mean) > band:
        return Finding("shuffled labels", case.name, "fail", "skill on shuffled labels", detail)
    return Finding("shuffled labels", case.name, "pass", detail=detail)


def audit_planted(case: Case) -> Finding:
    """Put the label in the place of a feature: the chain must see it."""
    if case.planted is None:
        detail = "a naive rule learns nothing"
        return Finding("planted answer", case.name, "skipped", detail=detail)
    answer = case.labels["y_z"].to_numpy().astype(np.float32)
    features = case.features.assign(**{case.planted: answer})
    model = case.chain.train(features, case.labels, case.split)
    scores = model_scores(case, model, features, case.labels)
    found, _ = _correlation(case, scores)
    detail = f"correlation {found:.3f} with the answer, at least {case.least_planted} is asked for"
    if not found >= case.least_planted:
        return Finding("planted answer", case.name, "fail", "blind", detail)
    return Finding("planted answer", case.name, "pass", detail=detail)


def shuffled(labels: Frame, generator: np.random.Generator) -> Frame:
    """Return labels dealt out anew among the rows of each day that have one, members apart."""
    known = np.flatnonzero(labels["y_raw"].notna().to_numpy())
    day = labels["date"].to_numpy()[known].astype(np.int64)
    member = labels["member"].to_numpy(dtype=bool)[known]
    given = known[np.lexsort((known, member, day))]
    taken = known[np.lexsort((generator.random(len(known)), member, day))]
    columns = {}
    for name in Y:
        values = labels[name].to_numpy(copy=True)
        values[given] = values[taken]
        columns[name] = values
    return labels.assign(**columns)


def model_scores(case: Case, model: Model, features: Frame, labels: Frame) -> Frame:
    """Return the scores of the test span beside the labels given."""
    rows = case.mask("test")
    forecasts = case.chain.forecast(model, features, labels, rows)
    scores = forecasts[["symbol", "date", "score"]]
    answers = labels.loc[labels["member"], ["symbol", "date", "y_raw", "y_z"]]
    return scores.merge(answers, on=["symbol", "date"])


def _correlation(case: Case, scores: Frame) -> tuple[float, float]:
    """Return the mean correlation of scores and labels, and its standard error under the null."""
    if case.scope.kind == "pooled":
        daily = daily_ic(scores.rename(columns={"y_raw": "y_true"}), by=[]).dropna()
        errors = 1 / np.sqrt(daily["n_names"].to_numpy() - 1.0)
        if daily.empty:
            return float("nan"), float("nan")
        return float(daily["rank_ic"].mean()), float(np.sqrt((errors**2).sum()) / len(daily))
    known = scores[["score", "y_z"]].dropna().to_numpy(dtype=np.float64)
    return _over_time(known[:, 0] - known[:, 0].mean(), known[:, 1])


def _over_time(score: NDArray[np.float64], label: NDArray[np.float64]) -> tuple[float, float]:
    scale = np.sqrt((score**2).sum() * (label**2).sum())
    if len(score) < 3 or np.ptp(score) == 0:
        return float("nan"), float("nan")
    return float((score * label).sum() / scale), float(1 / np.sqrt(len(score)))
