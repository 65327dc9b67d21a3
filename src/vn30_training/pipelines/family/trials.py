"""The node that logs what an instance is judged with, before its forecasts are scored."""

from __future__ import annotations

from typing import Any

import pandas as pd

from vn30_training.evaluation import trials
from vn30_training.evaluation.rows import known_rows, seed_mean
from vn30_training.models.scope import Scope


def log_trial(
    forecast: pd.DataFrame,
    options: dict[str, Any],
    setting: dict[str, Any],
    vintage: dict[str, Any],
) -> trials.Log:
    """Log the configuration of one instance as a trial on these data.

    A single stock and a single fold are a look at a part of what is judged as a whole, which is the
    same trial.
    """
    scope = Scope.parse(options["scope"])
    record = {"family": options["family"], "scope": scope.kind, "options": options}
    rows = seed_mean(known_rows(forecast))
    whole = scope.kind == "pooled" and not forecast["fold"].any() and len(rows) > 0
    found = trials.trials(rows, [[record]], setting) if whole else [trials.look(record, setting)]
    return trials.logged(vintage, found)
