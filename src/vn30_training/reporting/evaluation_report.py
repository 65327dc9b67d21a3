"""The report of an evaluation: one HTML file that opens offline and says "no better" first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from vn30_training.evaluation.evidence import Evidence
from vn30_training.reporting import evaluation_tables as tables
from vn30_training.reporting.audit_section import AuditSection, audit_section
from vn30_training.reporting.charts import panels_of
from vn30_training.reporting.evaluation_gallery import CHARTS, draw_evaluation, evaluated
from vn30_training.reporting.formatting import plural
from vn30_training.reporting.frame import frame
from vn30_training.reporting.headline import is_simulated
from vn30_training.reporting.pages import page
from vn30_training.reporting.paragraphs import paragraphs, trials
from vn30_training.reporting.takeaways import overfitting, superiority, takeaways

__all__ = ["draw_evaluation", "render_evaluation"]


def render_evaluation(
    evidence: Evidence,
    forecasts: pd.DataFrame,
    audit: Mapping[str, Any] | None,
    quality: Mapping[str, Any],
    manifest: Mapping[str, Any],
    instances: pd.DataFrame,
) -> str:
    """Return the report of an evaluation as one self-contained HTML page.

    The same arguments give the same bytes.

    Parameters
    ----------
    evidence
        What was found; any of its tables may be empty.
    forecasts
        The stitched tidy forecasts: each date once, from the newest fold that tests it.
    audit
        The leakage audit, as `audit_section` reads it; None where none was made.
    quality
        The quality report as a dictionary.
    manifest
        What was run: the keys of `headline`, and ``scheme``, from `evaluation.folds.scheme`. All
        of it but the folds' spans, which are drawn, is shown, folded, at the end.
    instances
        ``family, scope, name, symbol, status, reason``, one row per instance, or per instance and
        ``fold``.
    """
    given = evaluated(evidence, forecasts, manifest)
    evidence = given.evidence
    models = evidence.leaderboard.loc[evidence.leaderboard["kind"] != "naive", "family"]
    verdict = audit_section(audit, manifest, models)
    caveats = _caveats(verdict, quality, manifest)
    signal, zero = tables.signal_lines(evidence)
    return page("evaluation.html.j2").render(
        **frame(evidence.leaderboard, by_folds(instances), quality, _without_folds(manifest)),
        audit=verdict,
        scheme=scheme_facts(manifest.get("scheme") or {}),
        sentences=takeaways(evidence, instances, caveats),
        superiority=superiority(evidence),
        paired=tables.paired_lines(evidence),
        paragraphs=paragraphs(evidence, caveats),
        signal=signal,
        signal_zero=zero,
        calibration=tables.calibration_lines(evidence),
        regimes=tables.regime_lines(evidence),
        folds=tables.fold_lines(evidence),
        selection=tables.selection_lines(evidence),
        warm_start=bool((manifest.get("scheme") or {}).get("warm_start")),
        trials=trials(evidence),
        overfitting=overfitting(evidence),
        panels=panels_of(CHARTS, given),
    )


def _caveats(
    verdict: AuditSection, quality: Mapping[str, Any], manifest: Mapping[str, Any]
) -> list[str]:
    """Return what holds for every figure, whatever the family."""
    told = [verdict.caveat]
    if manifest.get("survivorship"):
        told.append("The stocks are survivors, which flatters every figure.")
    if is_simulated(manifest, quality):
        told.append("The market is simulated.")
    return [caveat for caveat in told if caveat]


def scheme_facts(scheme: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return how the evaluation was made, as pairs of word and value."""
    if not scheme:
        return []
    folds = scheme.get("folds") or ()
    without = sum("reason" in fold for fold in folds)
    lacking = f", {without} of them without data before it" if without else ""
    rolling = f" of {plural(scheme['train'], 'session')}" if scheme.get("train") else ""
    retrain = int(scheme.get("retrain") or 1)
    pairs = [
        ("Preset", str(scheme.get("preset") or "")),
        ("Window", f"{scheme.get('window', '')}{rolling}"),
        ("Folds", f"{len(folds)}{lacking}"),
        ("Tested at a time", _tested(scheme)),
        ("Retrained", "at every fold" if retrain == 1 else f"at every {retrain} folds"),
        (
            "Networks",
            "go on from the fold before, with its inputs"
            if scheme.get("warm_start")
            else "begin anew",
        ),
        ("Stitching", str(scheme.get("stitching") or "")),
    ]
    return [(word, value) for word, value in pairs if value]


def _tested(scheme: Mapping[str, Any]) -> str:
    if scheme.get("every"):
        return f"a calendar {scheme['every']}"
    if not scheme.get("test"):
        return ""
    step = scheme.get("step") or scheme["test"]
    return f"{plural(scheme['test'], 'session')}, {plural(step, 'session')} apart"


def _without_folds(manifest: Mapping[str, Any]) -> dict[str, Any]:
    scheme = dict(manifest.get("scheme") or {})
    scheme.pop("folds", None)
    return {**manifest, **({"scheme": scheme} if scheme else {})}


def by_folds(instances: pd.DataFrame) -> pd.DataFrame:
    """Return one row per instance, status and reason, the folds concerned behind its name."""
    if "fold" not in instances or instances.empty:
        return instances
    names = instances["name"].str.replace(r"\.fold_\d+$", "", regex=True)
    instances = instances.reindex(columns=[*instances.columns.union(["doubts"], sort=False)])
    instances = instances.assign(name=names)
    keys = ["family", "scope", "name", "symbol", "status", "reason", "doubts"]
    groups = instances.groupby(keys, dropna=False, sort=False)["fold"]
    table = groups.agg(lambda folds: ", ".join(str(fold) for fold in sorted(folds))).reset_index()
    return table.assign(name=table["name"] + " (fold " + table["fold"] + ")")
