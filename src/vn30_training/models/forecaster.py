"""One trained instance: a model per seed, and all that is needed to forecast returns with them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vn30_training.files import ArtefactError
from vn30_training.models import bundle, seed_model
from vn30_training.models.contract import QUANTILE_COLUMNS, Diagnostics
from vn30_training.models.options import InstanceOptions
from vn30_training.models.samples import Mask, Preparation, in_scope, within
from vn30_training.models.scope import Scope
from vn30_training.models.seed_model import SeedModel
from vn30_training.models.selection.grid import Found
from vn30_training.models.soundness import why_worthless

_FLOATS = ("y_true", "y_pred", "score", *QUANTILE_COLUMNS, "p_up")
FORECAST_COLUMNS = (
    "date",
    "symbol",
    "trade_date",
    "label_end",
    "fold",
    "family",
    "scope",
    "seed",
    *_FLOATS,
    "member",
)


@dataclass(frozen=True)
class Forecaster:
    """A trained instance, made by `training.train` or read by `load`.

    Attributes
    ----------
    options
        The options it was trained with.
    scope
        What it was trained on.
    preparation
        How it reads tables of features and labels.
    seeds
        One model per seed, in the order of ``options.seeds``.
    spans
        First and last date and number of rows of the training and validation samples.
    provenance
        What the caller said of the data and the code, JSON values.
    found
        What the search for its family's options found, where there was one.
    """

    options: InstanceOptions
    scope: Scope
    preparation: Preparation
    seeds: tuple[SeedModel, ...]
    spans: dict[str, dict[str, Any]]
    provenance: dict[str, Any]
    found: Found | None = None

    def forecast(
        self,
        features: pd.DataFrame,
        labels: pd.DataFrame,
        rows: Mask | Literal["newest"] = "newest",
        fold: int = 0,
    ) -> pd.DataFrame:
        """Forecast returns.

        Parameters
        ----------
        features, labels
            Whole tables with the same rows in the same order; history before the rows asked for
            must be there for families that read windows. Labels may be NaN.
        rows
            Which rows of the tables, or ``newest``: the rows of the tables' last date. Rows outside
            the scope, or with too few known features, get no forecast.
        fold
            Copied into the column of that name.

        Returns
        -------
        DataFrame
            `FORECAST_COLUMNS`, one row per date, symbol and seed, in the order seed, date, symbol.
        """
        wanted = _newest(labels) if isinstance(rows, str) else np.asarray(rows, dtype=bool)
        inside = in_scope(labels, self.scope)
        features, labels, wanted = within(features, inside), within(labels, inside), wanted[inside]
        samples = self.preparation.samples(features, labels)
        samples = samples.at(samples.rows[wanted[samples.rows]])
        keys = labels.iloc[samples.rows]
        known = keys[["date", "symbol", "trade_date", "label_end", "member"]].reset_index(drop=True)
        known = known.assign(fold=fold, family=self.options.family, scope=self.scope.kind)
        if known.empty:
            return known.assign(seed=0, **dict.fromkeys(_FLOATS, np.nan))[list(FORECAST_COLUMNS)]
        tables = [pd.concat([known, one.forecast(samples)], axis=1) for one in self.seeds]
        table = pd.concat([one.sort_values(["date", "symbol"]) for one in tables])
        return table[list(FORECAST_COLUMNS)].reset_index(drop=True)

    @property
    def diagnostics(self) -> dict[int, Diagnostics]:
        """What each seed's fit told about itself."""
        return {one.seed: one.diagnostics for one in self.seeds}

    @property
    def degenerate(self) -> str | None:
        """Why the instance must not be ranked: the reason of the first worthless seed, or None."""
        for one in self.seeds:
            if one.diagnostics.degenerate:
                return f"seed {one.seed}: {one.diagnostics.degenerate}"
        return None

    def judge(self, forecast: pd.DataFrame) -> str | None:
        """Return `degenerate`, or why the scores of ``forecast`` itself can rank nothing.

        ``forecast`` is what `forecast` returned for a span of test rows, not for one day.
        """
        if self.degenerate or self.options.kind == "naive":
            return self.degenerate
        for seed, rows in forecast.groupby("seed"):
            days = rows["date"].to_numpy() if self.scope.kind == "pooled" else None
            reason = why_worthless(rows["score"].to_numpy(), days)
            if reason:
                return f"seed {seed}, test span: {reason}"
        return None

    @property
    def learning_curve(self) -> pd.DataFrame:
        """Family, scope, symbol, seed, epoch, train_loss, valid_loss and what else was recorded."""
        return self._named(seed_model.learning_curve(self.seeds))

    @property
    def importance(self) -> pd.DataFrame:
        """Family, scope, symbol, seed, feature, importance."""
        return self._named(seed_model.importance(self.seeds))

    def _named(self, table: pd.DataFrame) -> pd.DataFrame:
        names = pd.DataFrame(
            {"family": self.options.family, "scope": self.scope.kind, "symbol": self.scope.symbol},
            index=table.index,
        )
        return pd.concat([names, table], axis=1)

    @property
    def metadata(self) -> dict[str, Any]:
        """What the instance was made from, as JSON values; the same for the same inputs."""
        selection = self.preparation.selection
        chosen = {
            **({} if selection is None else {"selection": selection.to_state()}),
            **({} if self.found is None else {"search": self.found.to_state()}),
        }
        return {
            "family": self.options.family,
            "scope": self.scope.name,
            "options": self.options.model_dump(mode="json"),
            "features": list(self.preparation.feature_names),
            **chosen,
            "spans": self.spans,
            "seeds": {str(one.seed): one.facts() for one in self.seeds},
            "degenerate": self.degenerate,
            "provenance": self.provenance,
            "versions": bundle.versions(),
        }

    def save(self, folder: Path) -> None:
        """Write the instance into ``folder``, replacing what is there only once all is written.

        The folder holds ``seed_<n>/``, ``processors.json``, ``calibration.json``,
        ``metadata.json``, ``feature_importance.csv``, ``learning_curve.csv`` and, last, the
        manifest with the sha256 of each.
        """
        documents = {
            "metadata": self.metadata,
            "processors": self.preparation.to_state(),
            "calibration": {str(one.seed): one.calibration.to_state() for one in self.seeds},
        }
        tables = {
            "learning_curve": seed_model.learning_curve(self.seeds),
            "feature_importance": seed_model.importance(self.seeds),
        }
        models = {one.seed: one.model for one in self.seeds}
        bundle.write(Path(folder), models, documents, tables)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read an instance that `save` wrote, after checking every file against the manifest.

        Raises
        ------
        ArtefactError
            If the folder is unfinished, any byte of it is not what was written, or another version
            of this package wrote it.
        """
        try:
            return cls._from_files(bundle.read(Path(folder)))
        except (KeyError, ValueError, TypeError) as error:
            raise ArtefactError(
                f"{folder}: written by another version of this package ({error}). Train it again."
            ) from error

    @classmethod
    def _from_files(cls, files: bundle.Bundle) -> Self:
        metadata, calibration = files.documents["metadata"], files.documents["calibration"]
        return cls(
            options=InstanceOptions.model_validate(metadata["options"]),
            scope=Scope.parse(metadata["scope"]),
            preparation=Preparation.from_state(files.documents["processors"]),
            seeds=tuple(
                SeedModel.restore(
                    seed, model, calibration[str(seed)], metadata["seeds"][str(seed)], files.tables
                )
                for seed, model in files.models.items()
            ),
            spans=metadata["spans"],
            provenance=metadata["provenance"],
            found=Found(**metadata["search"]) if "search" in metadata else None,
        )


def _newest(labels: pd.DataFrame) -> NDArray[np.bool_]:
    return np.asarray(labels["date"] == labels["date"].max(), dtype=bool)
