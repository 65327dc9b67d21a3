"""The audit of the data's part of the chain: panel, features, labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from vn30_training.evaluation.audit.chain import Chain, data_chain
from vn30_training.evaluation.audit.comparing import Market
from vn30_training.evaluation.audit.cuts import choose_cuts
from vn30_training.evaluation.audit.findings import Finding
from vn30_training.evaluation.audit.future import audit_future
from vn30_training.evaluation.audit.given import Given
from vn30_training.evaluation.audit.options import AuditOptions
from vn30_training.evaluation.audit.rules import (
    audit_dividend,
    audit_member_dates,
    audit_membership,
    audit_same_bar,
)
from vn30_training.features.alpha158.modes import Mode
from vn30_training.features.labels import LabelOptions


def audit_data(
    prices: pd.DataFrame,
    sessions: pd.DataFrame,
    members: pd.DataFrame,
    sectors: Mapping[str, str],
    label_options: LabelOptions,
    feature_mode: Mode,
    options: AuditOptions,
) -> list[dict[str, Any]]:
    """Audit what is made of prices before any model.

    Parameters
    ----------
    prices, sessions, members, sectors
        The user's own data, as the panel is made from them.
    label_options, feature_mode
        As labels and features are made.
    options
        How thorough.

    Returns
    -------
    list of dict
        Findings of the checks ``future`` (panel, features, labels), ``dividend`` (features),
        ``membership`` (panel, labels), ``member dates`` and ``same bar`` (labels).
    """
    chain = data_chain(sectors, label_options, feature_mode)
    found = audit_data_chain(chain, Given(prices, sessions, members), options)
    return [one.to_dict() for one in found]


def audit_data_chain(chain: Chain, given: Given, options: AuditOptions) -> list[Finding]:
    """Audit any chain's part before the models."""
    cuts = choose_cuts(given.prices, options.cuts, options.seed)
    whole = given.run(chain)
    return [
        *audit_future(chain, given, cuts, options.seed),
        audit_dividend(chain, whole.panel, Market.of(given.prices)),
        *audit_membership(chain, given, options.seed),
        audit_member_dates(given.members),
        audit_same_bar(chain, whole, given.sessions, options.seed),
    ]
