"""Recalibration that peeks is accused, the project's own is not."""

import numpy as np
import pytest
from tests.evaluation.conftest import market

from vn30_training.evaluation.audit import AuditOptions, audit_recalibration
from vn30_training.evaluation.recalibration import recalibrate
from vn30_training.models.contract import QUANTILE_COLUMNS

SHORT = AuditOptions(cuts=10, test_sessions=110)
LABELS = market(130, 1, [f"S{number}" for number in range(4)]).rename(columns={"y_true": "y_raw"})


def by_all_returns(forecasts):
    """Shift the quantiles by the mean of all returns."""
    columns = list(QUANTILE_COLUMNS)
    return forecasts.assign(**(forecasts[columns] + forecasts["y_true"].mean()))


def by_unfinished_labels(forecasts):
    """Take a return for known on the day it begins."""
    known = recalibrate(forecasts.assign(label_end=forecasts["date"]))
    return known.assign(label_end=forecasts["label_end"])


def test_the_projects_own_knows_no_later_return():
    (found,) = audit_recalibration(LABELS, SHORT)
    assert (found["check"], found["subject"]) == ("future", "recalibration")
    assert (found["verdict"], found["cuts"]) == ("pass", 10)


@pytest.mark.parametrize("sick", [by_all_returns, by_unfinished_labels])
def test_one_that_peeks_is_accused(sick):
    (found,) = audit_recalibration(LABELS, SHORT, sick)
    assert (found["verdict"], found["sickness"]) == ("fail", "calibrated on all data")
    assert "of 10 cuts" in found["detail"]


@pytest.mark.parametrize("labels", [LABELS.iloc[:200], LABELS.assign(y_raw=np.nan)])
def test_too_short_a_history_is_skipped(labels):
    (found,) = audit_recalibration(labels, SHORT)
    assert found["verdict"] == "skipped"
