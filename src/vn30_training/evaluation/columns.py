"""What each column of the leaderboard says, in one line: for the report's glossary and the docs."""

from __future__ import annotations

KEYS = {
    "family": "model family",
    "scope": "symbol: one model per stock; pooled: one for all; finetuned: pooled, then per stock",
    "kind": "naive: a floor that anyone can have for free; model: something trained",
}

FIGURES = {
    "n_days": "days with a scored forecast",
    "n_rows": "scored forecasts: members of that day whose return is known",
    "rank_ic": "Spearman correlation of score and return across a day's stocks, mean over days",
    "rank_icir": "mean of the daily rank IC over its standard deviation, not annualised",
    "rank_ic_t": "t-value of rank_ic, by the equal-weighted cosine test, which allows for overlap",
    "rank_ic_low": "lower end of the 95 % interval of rank_ic, by the same test",
    "rank_ic_high": "upper end of that interval",
    "ic": "Pearson correlation of score and return across a day's stocks, mean over days",
    "icir": "mean of the daily IC over its standard deviation, not annualised",
    "ic_t": "t-value of ic, by the same test",
    "increment_over_reversal": "rank IC less that of one-day reversal, same stocks, paired by day",
    "increment_t": "t-value of the increment, by the same test",
    "increment_low": "lower end of the 95 % interval of the increment",
    "increment_high": "upper end of that interval",
    "mae": "mean absolute error, in units of return",
    "rmse": "root of the mean squared error, in units of return",
    "r2": "share of the squared returns explained, against the forecast zero",
    "mae_skill": "share of the zero forecast's absolute error that is saved; negative is worse",
    "mae_skill_low": "lower end of its 95 % interval, from the daily differences",
    "mae_skill_high": "upper end of that interval",
    "rmse_skill": "share of the zero forecast's rmse that is saved",
    "accuracy": "share of calls that are right; up means a return above zero, flat is not up",
    "balanced_accuracy": "mean of the shares of up days and of other days called right",
    "precision": "share of the calls up that were up",
    "recall": "share of the up days that were called up",
    "f1": "harmonic mean of precision and recall",
    "majority_accuracy": "accuracy of the better constant answer on the same rows, in hindsight",
    "accuracy_moving": "accuracy on the days that were not flat",
    "majority_moving": "accuracy of the better constant answer on those days, in hindsight",
    "flat_share": "share of the rows with a return of exactly zero",
    "brier": "mean squared error of the probability of an up day",
    "brier_skill": "share saved of the Brier score of the up days' share, in hindsight",
    "pinball": "pinball loss, mean over the seven quantile levels, in units of return",
    "pinball_skill": "share of the EWMA quantiles' pinball loss that is saved, on the same rows",
    "pinball_skill_low": "lower end of its 95 % interval, from the daily differences",
    "pinball_skill_high": "upper end of that interval",
    "crps": "continuous ranked probability score from the seven quantiles, in units of return",
    "coverage_50": "share of the returns inside the 50 % interval, bounds included",
    "coverage_80": "share of the returns inside the 80 % interval",
    "coverage_90": "share of the returns inside the 90 % interval",
    "seeds": "seeds whose forecasts were averaged",
    "rank_ic_seed_std": "standard deviation of rank_ic between single seeds",
    "n_ok": "sound instances",
    "n_failed": "instances whose training failed",
    "n_degenerate": "instances that are worthless: constant, collapsed, NaN loss",
    "fit_seconds": "seconds of training, summed over instances",
}

VERDICTS = {
    "ranked": "takes part in the ranking",
    "verdict": "the figures in words: against reversal in ranking, against zero in absolute error",
}

MEANING = {**KEYS, **FIGURES, **VERDICTS}
"""Column to meaning, in the leaderboard's order."""
