"""What regimes are called: the names of the real market mean nothing on a made-up one."""

from __future__ import annotations

from dataclasses import replace

from vn30_training.evaluation.evidence import Evidence
from vn30_training.evaluation.regimes import months


def by_months(evidence: Evidence) -> Evidence:
    """Return the evidence with every regime called by its months."""
    called = months()
    slices = evidence.calibration["slice"]
    of_regimes = evidence.calibration["kind"] == "regime"
    return replace(
        evidence,
        regimes=evidence.regimes.assign(regime=evidence.regimes["regime"].replace(called)),
        calibration=evidence.calibration.assign(
            slice=slices.mask(of_regimes, slices.replace(called))
        ),
    )
