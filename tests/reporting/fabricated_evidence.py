"""A fabricated evaluation: every table of `Evidence`, realistic in shape, size and noise."""

from dataclasses import dataclass, fields
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from vn30_training.evaluation.comparison import BENCHMARKS
from vn30_training.evaluation.evidence import Evidence
from vn30_training.evaluation.folds import WalkForwardOptions, scheme
from vn30_training.evaluation.tables import monthly_ic

REGIMES = {
    "2018 peak": ("2018-01-02", "2018-07-10", -0.12),
    "calm 2019": ("2019-01-02", "2019-12-31", 0.04),
    "2020 crash": ("2020-01-20", "2020-03-31", -0.31),
    "2020 recovery": ("2020-04-01", "2020-12-31", 0.62),
    "2021 boom": ("2021-01-04", "2021-12-31", 0.38),
    "2022 fall": ("2022-04-04", "2022-11-15", -0.37),
    "2023 sideways": ("2022-11-16", "2024-12-31", 0.21),
    "2025": ("2025-01-02", "2025-08-25", 0.29),
}
DAYS = ("flat", "moving", "limit", "ordinary")
FOLDS = 7


@dataclass(frozen=True)
class Evaluation:
    """The arguments of `render_evaluation`."""

    evidence: Evidence
    forecasts: pd.DataFrame
    audit: dict[str, Any] | None
    quality: dict[str, Any]
    manifest: dict[str, Any]
    instances: pd.DataFrame

    @property
    def arguments(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


def fabricate_evaluation(run, seed: int = 0) -> Evaluation:
    """Return an evaluation of a fabricated run's leaderboard and forecasts."""
    random = np.random.default_rng(seed)
    board = run.leaderboard
    symbols = sorted(run.forecasts["symbol"].unique())
    evidence = Evidence(
        leaderboard=board,
        signal=_signal(random, board),
        groups=_groups(random, board),
        decay=_decay(random, board),
        paired=_paired(random, board),
        confidence_set=_confidence(random, board),
        pit=_pit(random, board),
        calibration=_calibration(random, board, symbols),
        regimes=_regimes(random, board),
        folds=_folds(random, board),
        seeds=_seeds(random, board),
        selection=_selection(random, symbols),
        spa=_spa(),
        overfitting=pd.DataFrame(
            [{"pbo": 0.44, "configurations": 24, "blocks": 10, "n_days": 1680, "median_logit": 0.2}]
        ),
        monthly=monthly_ic(run.forecasts),
        trials={"count": 57, "sharpe_variance": 0.4, "data": "9f2c"},
    )
    return Evaluation(
        evidence, run.forecasts, healthy_audit(), run.quality, _manifest(run), run.instances
    )


def _per_row(board, records) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"family": row["family"], "scope": row["scope"], **record}
            for row in board.to_dict("records")
            for record in records(row)
        ]
    )


def _centre(row) -> float:
    return 0.0 if np.isnan(row["rank_ic"]) else row["rank_ic"]


def _ranks(board) -> pd.DataFrame:
    return board[board["rank_ic"].notna()]


def _signal(random, board):
    def records(row):
        mean = _centre(row) * 0.02 + random.normal(0, 1e-4)
        width = 0.0012
        yield {
            "long_short": mean,
            "long_short_t": mean / width * 2,
            "long_short_low": mean - width,
            "long_short_high": mean + width,
            "sharpe": mean * 900,
            "psr": random.uniform(0.3, 0.99),
            "dsr": random.uniform(0.05, 0.7),
            "trials": 57,
            "turnover": random.uniform(0.1, 0.8),
            "rank_autocorrelation": random.uniform(-0.1, 0.97),
            "n_days": 1680,
        }

    return _per_row(_ranks(board), records)


def _groups(random, board):
    def records(row):
        for group in range(1, 6):
            mean = _centre(row) * 0.01 * (group - 3) + random.normal(0, 2e-4)
            yield {
                "group": group,
                "mean_return": mean,
                "low": mean - 5e-4,
                "high": mean + 5e-4,
                "n_days": 1680,
            }

    return _per_row(_ranks(board), records)


def _decay(random, board):
    def records(row):
        for horizon in (1, 2, 3, 5, 10, 20):
            ic = _centre(row) / horizon**0.4 + random.normal(0, 0.003)
            width = 0.015 * horizon**0.3
            yield {
                "horizon": horizon,
                "rank_ic": ic,
                "low": ic - width,
                "high": ic + width,
                "t": 2 * ic / width,
                "n_days": 1680,
            }

    return _per_row(_ranks(board), records)


def _paired(random, board):
    skills = {"rank_ic": "rank_ic", "absolute_error": "mae_skill", "pinball": "pinball_skill"}
    widths = {"rank_ic": 0.018, "absolute_error": 4e-5, "pinball": 2e-5}
    records = []
    for metric, skill in skills.items():
        rows = board[board[skill].notna()].to_dict("records")
        scale = 1.0 if metric == "rank_ic" else 0.01
        for one, other in combinations(rows, 2):
            difference = scale * (one[skill] - other[skill])
            width = widths[metric] * random.uniform(0.7, 1.4)
            t = 1.96 * difference / width
            p = float(np.exp(-0.72 * abs(t) - 0.42 * t * t))
            records.append(
                {
                    "family": one["family"],
                    "scope": one["scope"],
                    "other_family": other["family"],
                    "other_scope": other["scope"],
                    "metric": metric,
                    "difference": difference,
                    "t": t,
                    "p": p,
                    "low": difference - width,
                    "high": difference + width,
                    "n_days": 1680,
                }
            )
    table = pd.DataFrame(records)
    asked = table["other_family"] == table["metric"].map(BENCHMARKS)
    questions = table.groupby(["metric", asked])["p"]
    return table.assign(p_holm=questions.transform(_holm), tests=questions.transform("size"))


def _holm(p: pd.Series) -> pd.Series:
    ordered = p.sort_values()
    corrected = (ordered * np.arange(len(p), 0, -1)).cummax().clip(upper=1.0)
    return corrected.reindex(p.index)


def _confidence(random, board):
    def records(row):
        for metric in ("rank_ic", "pinball"):
            p = random.uniform()
            yield {"metric": metric, "p": p, "inside": p > 0.1}

    return _per_row(_ranks(board), records)


def _pit(random, board):
    def records(row):
        for variant, off in (("given", 0.02), ("recalibrated", 0.006)):
            shares = np.full(10, 0.1) + off * random.normal(0, 0.3, 10)
            shares += off * np.array([1, 0.2, -0.4, -0.6, 0.4, 0.4, -0.6, -0.4, 0.2, 1])
            p = random.uniform()
            for position, share in enumerate(shares / shares.sum()):
                yield {"variant": variant, "bin": position, "share": share, "n": 48000, "p": p}

    return _per_row(board, records)


def _calibration(random, board, symbols):
    slices = [("all", "all"), *(("day", name) for name in DAYS)]
    slices += [("regime", name) for name in REGIMES] + [("symbol", name) for name in symbols]

    def records(row):
        for variant, spread in (("given", 0.03), ("recalibrated", 0.012)):
            for kind, name in slices:
                off = random.normal(0, spread) + {"limit": -0.14, "flat": 0.2}.get(name, 0.0)
                yield {
                    "variant": variant,
                    "kind": kind,
                    "slice": name,
                    "n": 1600,
                    "coverage_50": 0.5 + off,
                    "coverage_80": min(0.8 + off, 1.0),
                    "coverage_90": min(0.9 + off / 2, 1.0),
                    "pinball": 0.0052,
                    "crps": 0.0104,
                    "pinball_skill": random.normal(-0.004, 0.01),
                    "crps_skill": random.normal(-0.004, 0.01),
                }

    return _per_row(board, records)


def _regimes(random, board):
    def records(row):
        for name, (first, last, market) in REGIMES.items():
            ic, off = _centre(row) + random.normal(0, 0.025), random.normal(0, 0.02)
            width = random.uniform(0.03, 0.07)
            yield {
                "regime": name,
                "first": first,
                "last": last,
                "rank_ic": ic,
                "rank_ic_low": ic - width,
                "rank_ic_high": ic + width,
                "rank_ic_t": 2 * ic / width,
                "increment": off,
                "increment_low": off - width,
                "increment_high": off + width,
                "mae_skill": 0.0,
                "pinball_skill": 0.0,
                "coverage_80": 0.79,
                "n_days": 120,
                "market": market,
            }

    return _per_row(_ranks(board), records)


def _folds(random, board):
    def records(row):
        for fold in range(1, FOLDS + 1):
            ic = _centre(row) + random.normal(0, 0.02)
            own = row["scope"] != "pooled"
            yield {
                "fold": fold,
                "first": f"{2018 + fold}-01-02",
                "last": f"{2018 + fold}-12-31",
                "rank_ic": ic,
                "rank_ic_t": ic / 0.013,
                "rank_ic_low": ic - 0.028,
                "rank_ic_high": ic + 0.028,
                "n_days": 248,
                "n_train": 1500.0 * fold if own else 30000.0 * fold,
                "n_ok": 24 + fold - 1 if own else 1,
                "n_degenerate": int(own and fold < 3),
                "n_skipped": 6 - (fold - 1) if own and fold < 7 else 0,
                "n_failed": int(own and fold == 4),
            }

    return _per_row(_ranks(board), records)


def _seeds(random, board):
    def records(row):
        for seed in range(int(max(row["seeds"], 1))):
            yield {"seed": seed, "rank_ic": _centre(row) + random.normal(0, 0.006), "n_days": 1680}

    return _per_row(_ranks(board), records)


def _selection(random, symbols):
    records = [
        {
            "family": "ridge",
            "scope": scope,
            "fold": fold,
            "symbol": symbol,
            "features": 60,
            "jaccard": np.nan if fold == 1 else random.uniform(0.4, 0.8),
            "most": "STD, RSV, CORR",
        }
        for scope, names in (("pooled", [None]), ("symbol", symbols))
        for fold in range(1, FOLDS + 1)
        for symbol in names
    ]
    return pd.DataFrame(records)


def _spa():
    return pd.DataFrame(
        [
            {
                "metric": metric,
                "benchmark": benchmark,
                "p_lower": p - 0.03,
                "p_consistent": p,
                "p_upper": p + 0.08,
                "best_family": "lightgbm",
                "best_scope": "pooled",
                "models": 9,
                "n_days": 1680,
            }
            for metric, benchmark, p in (("rank_ic", "reversal_1", 0.31), ("pinball", "ewma", 0.64))
        ]
    )


def healthy_audit() -> dict[str, Any]:
    checks = ("future replaced", "future deleted", "shuffled labels", "split overlap")
    return {
        "verdict": "clean",
        "summary": "No feature, processor or forecast changed when the future did.",
        "checks": 9,
        "cuts": 54,
        "findings": [
            {
                "check": check,
                "subject": subject,
                "verdict": "pass",
                "sickness": "",
                "detail": "bit-equal",
                "cuts": 54,
            }
            for check in checks
            for subject in ("features", "ridge", "lightgbm", "lstm", "tft")
        ],
    }


def sick_audit() -> dict[str, Any]:
    found = {
        "check": "future replaced",
        "subject": "features",
        "verdict": "fail",
        "sickness": "centred rolling mean",
        "detail": "MA5 changed on 41 of 54 cuts, up to 4 sessions before the cut.",
        "cuts": 41,
    }
    healthy = healthy_audit()
    return healthy | {
        "verdict": "leak found",
        "summary": "One feature looks ahead.",
        "findings": [*healthy["findings"], found],
    }


def _manifest(run):
    plans = [
        {
            "fold": fold,
            "train": {"first": "2015-01-05", "last": f"{2016 + fold}-12-20"},
            "valid": {"first": f"{2017 + fold}-01-02", "last": f"{2017 + fold}-12-22"},
            "test": {"first": f"{2018 + fold}-01-02", "last": f"{2018 + fold}-12-31"},
            "gap_days": 3,
        }
        for fold in range(1, FOLDS + 1)
    ]
    options = WalkForwardOptions(every="year", folds=FOLDS)
    return run.manifest | {"survivorship": True, "scheme": scheme("yearly", options, plans)}
