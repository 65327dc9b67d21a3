"""The log of trials: every configuration ever judged on a data set, for the best is picked of all.

A deflated Sharpe ratio needs their number and spread, those of the configurations given up too. The
log is a list of JSON values without times, so that the same trials give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
import pandas as pd

from vn30_training.evaluation.ic import daily_ic
from vn30_training.evaluation.rows import BOARD
from vn30_training.evaluation.sharpe import sharpe_ratio
from vn30_training.evaluation.signal import long_short_returns


@dataclass(frozen=True, slots=True)
class Trial:
    """One configuration judged once; judging it again gives the same trial.

    Attributes
    ----------
    id
        sha256 of family, scope, options and scheme of validation.
    family, scope
        What was judged.
    sharpe
        Sharpe ratio of the top less the bottom group, per period of the label's holding; None where
        it is undefined.
    rank_ic
        Mean daily rank IC; None where it is undefined.
    n_days
        Days judged.
    """

    id: str
    family: str
    scope: str
    sharpe: float | None
    rank_ic: float | None
    n_days: int

    @classmethod
    def of(
        cls,
        family: str,
        scope: str,
        options: Any,
        scheme: Any,
        *,
        sharpe: float,
        rank_ic: float,
        n_days: int,
    ) -> Self:
        """Name a configuration by the hash of all that tells it from others, all JSON values."""
        told = {"family": family, "scope": scope, "options": options, "scheme": scheme}
        return cls(_sha256(told), family, scope, _finite(sharpe), _finite(rank_ic), n_days)


def trials(
    rows: pd.DataFrame,
    boards: Iterable[Sequence[Mapping[str, Any]]],
    scheme: Mapping[str, Any],
) -> list[dict[str, Any]]:
    """Return a trial for every family and scope that was judged.

    Parameters
    ----------
    rows
        What `rows.with_references` returns.
    boards
        Score records of the instances, in lists: ``family``, ``scope`` and ``options``. Together
        the options of its instances are the configuration of a family and scope.
    scheme
        How training and test were cut, as JSON values.
    """
    options = _options(record for board in boards for record in board)
    grouped = rows.groupby(BOARD, observed=True)
    spread = long_short_returns(rows).groupby(BOARD, observed=True)
    figures = pd.DataFrame({"n_days": grouped["date"].nunique()}).join(
        [
            spread["long_short"].agg(sharpe_ratio).rename("sharpe"),
            daily_ic(rows).groupby(BOARD, observed=True)["rank_ic"].mean(),
        ]
    )
    return [
        asdict(
            Trial.of(
                *(family, scope, options.get((family, scope), []), scheme),
                sharpe=sharpe,
                rank_ic=rank_ic,
                n_days=n_days,
            )
        )
        for family, scope, n_days, sharpe, rank_ic in figures.reset_index().itertuples(index=False)
    ]


def merge(log: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add trials to a log, sorted by id; one that is there already stays one, with new figures."""
    by_id = {trial["id"]: trial for trial in [*log, *new]}
    return [by_id[key] for key in sorted(by_id)]


def summary(log: list[dict[str, Any]], data: str) -> dict[str, Any]:
    """Count the trials on the data with hash ``data``, as `Evidence.trials` holds them.

    Returns
    -------
    dict
        ``count``; ``sharpe_variance`` (ddof 1, per period squared; 0 where fewer than two are
        known); ``data``.
    """
    known = [trial["sharpe"] for trial in log if trial["sharpe"] is not None]
    variance = float(np.var(known, ddof=1)) if len(known) > 1 else 0.0
    return {"count": len(log), "sharpe_variance": variance, "data": data}


def _options(records: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], list[str]]:
    """Return the distinct options of the instances of each family and scope, as sorted JSON.

    Failed instances have no options in their records: a rerun in which they do not fail is the same
    trial.
    """
    found: dict[tuple[str, str], set[str]] = {}
    for record in records:
        if record.get("options"):
            own = {key: value for key, value in record["options"].items() if key != "scope"}
            found.setdefault((record["family"], record["scope"]), set()).add(_canonical(own))
    return {board: sorted(texts) for board, texts in found.items()}


def _canonical(values: Any) -> str:
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _sha256(values: Any) -> str:
    return hashlib.sha256(_canonical(values).encode()).hexdigest()


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
