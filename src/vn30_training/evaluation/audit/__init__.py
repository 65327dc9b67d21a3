"""Whether any part of the chain from prices to scores knows the future: the look-ahead audit.

`audit_data`, `audit_splits`, `audit_family` and `audit_recalibration` return findings as JSON
values; `verdict` judges them together.
"""

from vn30_training.evaluation.audit.data import audit_data
from vn30_training.evaluation.audit.family import audit_family
from vn30_training.evaluation.audit.findings import Finding, verdict
from vn30_training.evaluation.audit.folds import audit_splits
from vn30_training.evaluation.audit.options import AuditOptions, reduced
from vn30_training.evaluation.audit.recalibrating import audit_recalibration

__all__ = [
    "AuditOptions",
    "Finding",
    "audit_data",
    "audit_family",
    "audit_recalibration",
    "audit_splits",
    "reduced",
    "verdict",
]
