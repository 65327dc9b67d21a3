"""Which features each fold selected, and how much that changed from fold to fold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from vn30_training.features.alpha158.names import FAMILY_OF

COLUMNS = {
    "family": "str",
    "scope": "str",
    "fold": "int64",
    "symbol": "object",
    "features": "int64",
    "jaccard": "float64",
    "most": "str",
}
NAMED = 3


def selection_table(records: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Tell how many features each instance selected, which, and how stable the choice was.

    Parameters
    ----------
    records
        ``family``, ``scope``, ``fold``, ``symbol`` (None where pooled) and ``selected``, a list of
        features. Records without ``selected`` are of instances that read all features, or failed:
        they are passed over.

    Returns
    -------
    DataFrame
        `Evidence.selection`: by family, scope, symbol and fold ``features`` (how many),
        ``jaccard`` (features shared with the instance's fold before, over those in either; NaN for
        its first), ``most`` (the feature families with most features selected, joined by commas).
    """
    known = [record for record in records if record.get("selected")]
    rows = []
    before: dict[tuple[str, str, str], set[str]] = {}
    for record in sorted(known, key=lambda record: (*_instance(record), record["fold"])):
        selected = set(record["selected"])
        rows.append(
            {
                **{name: record[name] for name in ("family", "scope", "fold", "symbol")},
                "features": len(selected),
                "jaccard": _jaccard(selected, before.get(_instance(record))),
                "most": _most(selected),
            }
        )
        before[_instance(record)] = selected
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype=object).astype(COLUMNS)


def _instance(record: Mapping[str, Any]) -> tuple[str, str, str]:
    return record["family"], record["scope"], record["symbol"] or ""


def _jaccard(selected: set[str], before: set[str] | None) -> float:
    return float("nan") if before is None else len(selected & before) / len(selected | before)


def _most(selected: set[str]) -> str:
    counts = Counter(FAMILY_OF.get(name, name) for name in selected)
    ranked = sorted(counts, key=lambda family: (-counts[family], family))
    return ", ".join(ranked[:NAMED])
