"""The probability of overfitting of a search: known answers, and the one of whole backtests."""

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from vn30_training.evaluation import overfitting as backtests
from vn30_training.models.selection.overfitting import probability_of_overfitting
from vn30_training.models.selection.steps import GridSearch


def test_noise_is_chosen_badly_half_of_the_time():
    rng = np.random.default_rng(0)
    found = [probability_of_overfitting(rng.normal(size=(8, 5, 6))) for _ in range(200)]
    assert np.mean(found) == pytest.approx(0.5, abs=0.03)


def test_what_is_better_everywhere_is_never_chosen_badly():
    scores = np.random.default_rng(0).normal(size=(8, 5, 6))
    scores[3] += 10
    assert probability_of_overfitting(scores) == 0.0


def test_what_is_better_in_one_half_only_is():
    scores = np.zeros((4, 1, 4))
    scores[0, :, :2], scores[0, :, 2:] = 1, -1
    scores[1, :, :2], scores[1, :, 2:] = -1, 1
    # The two halves that hold all of an option's good folds choose the worst of the other half,
    # the four mixed ones choose among equals.
    assert probability_of_overfitting(scores) == 1.0


def test_on_one_path_it_is_that_of_backtests():
    rng = np.random.default_rng(1)
    for options in (2, 5, 6):
        scores = rng.normal(size=(options, 1, 6))
        days = pd.DataFrame(scores[:, 0].repeat(backtests.MIN_BLOCK_DAYS, axis=1).T)
        expected = backtests.probability_of_overfitting(days, 6, "mean").pbo
        assert probability_of_overfitting(scores) == pytest.approx(expected)


@pytest.mark.parametrize("folds", [2, 5])
def test_halves_need_an_even_number_of_folds(folds):
    grid = {"grid": {"penalties": [[1.0], [2.0]]}}
    assert GridSearch(**grid, folds=folds).test_folds == 1
    with pytest.raises(ValidationError, match="even number of folds"):
        GridSearch(**grid, folds=folds, splitter="cpcv")
    assert GridSearch(**grid, folds=6, splitter="cpcv").test_folds == 2
