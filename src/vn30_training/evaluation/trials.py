"""The log of trials: every configuration ever judged on a data set, for the best is picked of all.

A deflated Sharpe ratio needs their number and spread, those of the configurations given up too. The
log holds JSON values without times, so that the same trials give the same bytes. It has one entry
for each data set: ``kind`` of the trials, ``data``, a `vintage.sketch` by which the data set is
known again when sessions, symbols or dividends have come since, and ``trials``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

import numpy as np
import pandas as pd

from vn30_training.evaluation.ic import daily_ic
from vn30_training.evaluation.rows import BOARD
from vn30_training.evaluation.sharpe import sharpe_ratio
from vn30_training.evaluation.signal import long_short_returns
from vn30_training.evaluation.statistics import holding_sessions
from vn30_training.market import vintage

Kind = Literal["signals", "backtests"]
"""What the Sharpe ratios of an entry are of: those of one kind are no measure of the other's."""

Log = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Trial:
    """One configuration judged once; judging it again gives the same trial.

    Attributes
    ----------
    id
        sha256 of family, scope, options and scheme.
    family, scope
        What was judged.
    sharpe
        Sharpe ratio of the top less the bottom group, per period of the label's holding; None where
        it is undefined.
    rank_ic
        Mean daily rank IC; None where it is undefined.
    n_days
        Days judged; 0 where only a part was looked at, one stock or one fold.
    holding
        Sessions that one period of ``sharpe`` lasts; None is unknown.
    excess_sharpe
        Of a backtest: Sharpe ratio of the daily excess over buy and hold, per session; else None.
    """

    id: str
    family: str
    scope: str
    sharpe: float | None
    rank_ic: float | None
    n_days: int
    holding: int | None = None
    excess_sharpe: float | None = None

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
        holding: int | None = None,
        excess_sharpe: float = float("nan"),
    ) -> Self:
        """Name a configuration by the hash of all that tells it from others, all JSON values."""
        told = {"family": family, "scope": scope, "options": options, "scheme": scheme}
        figures = _finite(sharpe), _finite(rank_ic), n_days, holding, _finite(excess_sharpe)
        return cls(_sha256(told), family, scope, *figures)


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
        All else that decides what was judged, as JSON values: label, features, symbols, and how
        training and test were cut.
    """
    options = options_of(record for board in boards for record in board)
    grouped = rows.groupby(BOARD, observed=True)
    holding = holding_sessions(rows)
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
                holding=holding,
            )
        )
        for family, scope, n_days, sharpe, rank_ic in figures.reset_index().itertuples(index=False)
    ]


def look(record: Mapping[str, Any], scheme: Mapping[str, Any]) -> dict[str, Any]:
    """Return the trial of an instance of which a part was looked at: it counts, without figures.

    Parameters
    ----------
    record, scheme
        One score record and the scheme, as for `trials`, which gives the whole the same id.
    """
    board = record["family"], record["scope"]
    options = options_of([record]).get(board, [])
    unknown = float("nan")
    return asdict(Trial.of(*board, options, scheme, sharpe=unknown, rank_ic=unknown, n_days=0))


def logged(told: Mapping[str, Any], found: list[dict[str, Any]], kind: Kind = "signals") -> Log:
    """Return a log of trials on the data with the fingerprint ``told``, for `added`."""
    entry = {"kind": kind, "data": vintage.sketch(told), "trials": found}
    return {f"{vintage.content(told)}.{kind}": entry}


def added(log: Log, new: Log) -> Log:
    """Add to a log; an entry whose data set is known already goes to the trials on it."""
    grown = dict(log)
    for name, entry in new.items():
        known = [one for one, its in grown.items() if its["data"] and _same_data(its, entry)]
        place = name if name in grown or not known else known[0]
        old = grown.get(place, {"data": {}, "trials": []})
        grown[place] = {
            "kind": entry["kind"],
            "data": vintage.joined(old["data"], entry["data"]),
            "trials": merge(old["trials"], entry["trials"]),
        }
    return grown


def of_data(log: Log, told: Mapping[str, Any], kind: Kind = "signals") -> list[dict[str, Any]]:
    """Return every trial of a kind on the data with the fingerprint ``told``.

    An entry that does not say what data it is of might be of these: its trials count too.
    """
    ((name, asked),) = logged(told, [], kind).items()
    found: list[dict[str, Any]] = []
    for one, entry in log.items():
        if one == name or _same_data(entry, asked):
            found = merge(found, entry["trials"])
    return found


def read(stored: Mapping[str, Any]) -> Log:
    """Return a log as it was stored; an entry may also be a list of trials on unnamed data."""
    return {
        name: {
            "kind": "backtests" if name.endswith(".backtests") else "signals",
            "data": {},
            "trials": entry,
        }
        if isinstance(entry, list)
        else entry
        for name, entry in stored.items()
    }


def merge(log: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add trials to a list, sorted by id; one that is there already stays one, with new figures.

    A look at a part of it changes no figures of the whole.
    """
    by_id = {trial["id"]: trial for trial in log}
    for trial in new:
        if trial["n_days"] or trial["id"] not in by_id:
            by_id[trial["id"]] = trial
    return [by_id[key] for key in sorted(by_id)]


def summary(
    log: list[dict[str, Any]],
    data: str,
    holding: int = 1,
    ratio: Literal["sharpe", "excess_sharpe"] = "sharpe",
) -> dict[str, Any]:
    """Count the trials on the data with hash ``data``, as `Evidence.trials` holds them.

    Parameters
    ----------
    log
        The trials.
    data
        Copied.
    holding
        Sessions of the period that all Sharpe ratios are brought to, by the root of time; one whose
        own period is unknown is taken to have it.
    ratio
        Whose variance is told. Trials of a log written before it was logged count, and have no part
        in it.

    Returns
    -------
    dict
        ``count``; the variance of the ratio, ``sharpe_variance`` or ``excess_sharpe_variance``
        (ddof 1, per period squared; 0 where fewer than two are known); ``data``.
    """
    known = [
        trial[ratio] * np.sqrt(holding / (trial.get("holding") or holding))
        for trial in log
        if trial.get(ratio) is not None
    ]
    variance = float(np.var(known, ddof=1)) if len(known) > 1 else 0.0
    return {"count": len(log), f"{ratio}_variance": variance, "data": data}


def options_of(records: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], list[str]]:
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


def _same_data(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    same = not one["data"] or vintage.alike(one["data"], other["data"])
    return one["kind"] == other["kind"] and same


def _canonical(values: Any) -> str:
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _sha256(values: Any) -> str:
    return hashlib.sha256(_canonical(values).encode()).hexdigest()


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
