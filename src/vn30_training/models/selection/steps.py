"""What parameter files may say about choosing features and searching options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from vn30_training.models.contract import Options
from vn30_training.models.selection.purged import LEAKS

Estimator = Literal["lightgbm", "ridge"]


class PurgedOptions(Options):
    """Options of what learns from the training rows of a fold."""

    @model_validator(mode="before")
    @classmethod
    def _no_plain_splitter(cls, values: Any) -> Any:
        if isinstance(values, Mapping) and "cv" in values:
            raise ValueError(f"cv={values['cv']} {LEAKS}")
        return values


class Folded(PurgedOptions):
    """Options of what is cross-validated inside the training rows.

    Attributes
    ----------
    folds
        Purged folds, see `purged.PurgedKFold`.
    embargo
        Sessions left out after each test fold, besides the label's own.
    """

    folds: int = Field(default=5, ge=2)
    embargo: int = Field(default=5, ge=0)


class Importance(PurgedOptions):
    """Keep what a small model finds important.

    Attributes
    ----------
    top
        How many features to keep.
    by
        ``family``: whole feature families, ranked by their summed importance, until ``top``
        features are reached; the last family is kept whole, so a few more may stay. Importance
        inside a family of near-duplicates is arbitrary, its sum is not.
    estimator
        ``lightgbm``: gain of a hundred small trees; ``ridge``: coefficients' size on standardised
        features.
    """

    method: Literal["importance"]
    top: int = Field(default=60, ge=1)
    by: Literal["feature", "family"] = "feature"
    estimator: Estimator = "lightgbm"


class RecursiveElimination(Folded):
    """Drop the least important features round by round; keep the set that does best out of fold.

    Attributes
    ----------
    step
        Share of the features still there that leave per round, one at least.
    estimator
        As for `Importance`; the score is the correlation of prediction and label.
    """

    method: Literal["rfecv"]
    step: float = Field(default=0.2, gt=0, lt=1)
    estimator: Estimator = "lightgbm"


class Correlation(PurgedOptions):
    """Go through the features by falling relevance; drop what a kept one already tells.

    Attributes
    ----------
    threshold
        Largest absolute rank correlation with a feature that is kept.
    """

    method: Literal["correlation"]
    threshold: float = Field(default=0.95, gt=0, le=1)


class Redundancy(PurgedOptions):
    """Keep features that tell much of the label and little of each other.

    Attributes
    ----------
    top
        How many features to keep.
    """

    method: Literal["redundancy"]
    top: int = Field(default=60, ge=1)


Step = Annotated[
    Importance | RecursiveElimination | Correlation | Redundancy, Field(discriminator="method")
]


def _as_steps(value: Any) -> Any:
    return (value,) if isinstance(value, Mapping | Options) else value


Selection = Annotated[tuple[Step, ...], Field(min_length=1), BeforeValidator(_as_steps)]
"""One step, or several in order: each chooses among what the one before it kept."""


class GridSearch(Folded):
    """Try every combination of some options of the family; train with the best.

    Attributes
    ----------
    splitter
        ``purged``: each fold is tested once; ``cpcv``: every pair of folds is, an even number of
        them, which also tells the probability that the search overfits.
    grid
        Name of an option to the values to try.
    """

    splitter: Literal["purged", "cpcv"] = "purged"
    grid: dict[str, Annotated[tuple[Any, ...], Field(min_length=1)]] = Field(min_length=1)

    @model_validator(mode="after")
    def _halves(self) -> Self:
        if self.splitter == "cpcv" and (self.folds % 2 or self.folds < 4):
            raise ValueError(
                f"cpcv needs an even number of folds, 4 or more, not {self.folds}: options chosen "
                "in one half are judged in the other"
            )
        return self

    @property
    def test_folds(self) -> int:
        """Folds tested at once."""
        return 2 if self.splitter == "cpcv" else 1
