"""The search for options: scored on purged folds of the training rows, and on nothing else."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sklearn.model_selection import KFold
from tests.models.selection.planted import HOLDING, planted

from vn30_training.models.contract import Options, Samples
from vn30_training.models.lightgbm import LightGBM
from vn30_training.models.ridge import Ridge
from vn30_training.models.selection.estimators import correlation
from vn30_training.models.selection.grid import Found, search
from vn30_training.models.selection.overfitting import probability_of_overfitting
from vn30_training.models.selection.purged import LeakingSplitterError, PurgedKFold

GRID = {"penalties": [[1000.0], [0.001]]}


class OneColumn(Options):
    column: int = 0


class Column(Ridge):
    """Reads one column only."""

    options_type = OneColumn

    @classmethod
    def fit(cls, train: Samples, valid: Samples, options: Any, seed: int) -> Any:
        values = train.features[:, options.column]
        slope = np.cov(values[train.rows], train.label[train.rows])[0, 1]
        coefficients = np.zeros(train.features.shape[1])
        coefficients[options.column] = slope
        return cls(0.0, coefficients)


class Watching(Ridge):
    """Keeps what each fit was given."""

    fits: list[tuple[Samples, Samples]]

    @classmethod
    def fit(cls, train: Samples, valid: Samples, options: Any, seed: int) -> Any:
        cls.fits.append((train, valid))
        return super().fit(train, valid, options, seed)


def splitter(samples: Samples, end: Any, folds: int = 4) -> PurgedKFold:
    return PurgedKFold(folds, samples.date[samples.rows], end, embargo=5)


def noise_and_signal() -> tuple[Samples, Any]:
    """Return few rows and many features, so that a small penalty overfits."""
    names = ("signal", *(f"noise_{i}" for i in range(60)))
    return planted(1, sessions=130, names=names)


def test_the_better_options_win() -> None:
    samples, end = planted(names=("signal", "noise_0"))
    found = search(LightGBM, samples, {}, {"n_estimators": [1, 60]}, splitter(samples, end))
    assert found.best == {"n_estimators": 60}
    assert [record["options"]["n_estimators"] for record in found.table] == [1, 60]


def test_every_combination_is_scored_on_every_fold() -> None:
    samples, end = noise_and_signal()
    grid = {"num_leaves": [2, 4], "n_estimators": [3, 5, 7]}
    found = search(LightGBM, samples, {"learning_rate": 0.3}, grid, splitter(samples, end, 3))
    assert len(found.table) == 6
    assert all(len(record["scores"]) == 3 for record in found.table)
    means = [record["mean"] for record in found.table]
    assert found.table[int(np.argmax(means))]["options"] == found.best


def test_scores_are_those_of_fits_on_the_folds() -> None:
    samples, end = noise_and_signal()
    folds = splitter(samples, end)
    Watching.fits = []
    found = search(Watching, samples, {}, GRID, folds)
    per_fold = Watching.fits[: folds.n_splits]
    for (train, test), (fitted, stopping), score in zip(
        folds.split(), per_fold, found.table[0]["scores"], strict=True
    ):
        model = Ridge.fit(fitted, stopping, Ridge.options_type(**found.table[0]["options"]), 0)
        tested = samples.at(samples.rows[test])
        assert score == correlation(model.predict(tested).score, samples.label[tested.rows])
        used = np.concatenate([fitted.rows, stopping.rows])
        assert set(used) <= set(samples.rows[train])
        last_known = samples.date[fitted.rows].max() + np.timedelta64(HOLDING, "D")
        assert last_known < samples.date[stopping.rows].min()


def test_rows_outside_training_have_no_say() -> None:
    samples, end = noise_and_signal()
    other = np.setdiff1d(np.arange(len(samples.label)), samples.rows)
    features, label = samples.features.copy(), samples.label.copy()
    features[other] = np.random.default_rng(2).standard_normal((len(other), features.shape[1]))
    label[other] = np.nan
    noisy = replace(samples, features=features, label=label)
    folds = splitter(samples, end)
    assert search(Ridge, noisy, {}, GRID, folds) == search(Ridge, samples, {}, GRID, folds)


def test_the_first_of_equals_wins_and_another_score_may_decide() -> None:
    samples, end = noise_and_signal()
    folds = splitter(samples, end)
    assert search(Ridge, samples, {}, GRID, folds, score=lambda *_: 1.0).best == {
        "penalties": [1000.0]
    }

    def spread(prediction: Any, label: Any) -> float:
        return float(np.std(prediction))

    assert search(Ridge, samples, {}, GRID, folds, score=spread).best == {"penalties": [0.001]}


def test_pairs_of_folds_make_paths_that_hold_each_fold_once() -> None:
    samples, end = noise_and_signal()
    pairs = PurgedKFold(4, samples.date[samples.rows], end, embargo=5, test_folds=2)
    Watching.fits = []
    found = search(Watching, samples, {}, GRID, pairs)
    assert len(Watching.fits) == 2 * 6
    paths = np.reshape(found.table[0]["scores"], (3, 4))
    expected: list[list[float]] = [[] for _ in range(4)]
    options = Ridge.options_type(**found.table[0]["options"])
    for (_, tests), (fitted, stopping) in zip(pairs.split_by_fold(), Watching.fits, strict=False):
        model = Ridge.fit(fitted, stopping, options, 0)
        for fold, test in tests.items():
            tested = samples.at(samples.rows[test])
            score = correlation(model.predict(tested).score, samples.label[tested.rows])
            expected[fold].append(score)
    np.testing.assert_array_equal(paths.T, expected)
    assert found.pbo == probability_of_overfitting(
        [np.reshape(record["scores"], (3, 4)) for record in found.table]
    )


def test_a_fold_tested_once_or_a_single_option_tells_no_overfitting() -> None:
    samples, end = noise_and_signal()
    assert search(Ridge, samples, {}, GRID, splitter(samples, end)).pbo is None
    pairs = PurgedKFold(4, samples.date[samples.rows], end, test_folds=2)
    assert search(Ridge, samples, {}, {"penalties": [[1.0]]}, pairs).pbo is None


def one_column(seed: int, told: float) -> float:
    """Search which of six columns to read, the first of which tells so much of the label."""
    samples, end = planted(seed, sessions=130, names=tuple(f"noise_{i}" for i in range(6)))
    label = samples.label + np.float32(told) * samples.features[:, 0]
    pairs = PurgedKFold(6, samples.date[samples.rows], end, embargo=5, test_folds=2)
    found = search(Column, replace(samples, label=label), {}, {"column": [*range(6)]}, pairs)
    assert found.pbo is not None
    return found.pbo


def test_a_search_among_noise_overfits_half_of_the_time_and_one_with_a_winner_never() -> None:
    noise = np.mean([one_column(seed, 0.0) for seed in range(20)])
    assert 0.35 < noise < 0.65
    assert max(one_column(seed, 1.0) for seed in range(3)) < 0.05


@pytest.mark.parametrize("plain", [5, KFold(5)])
def test_plain_splitters_are_refused(plain: Any) -> None:
    samples, _ = noise_and_signal()
    with pytest.raises(LeakingSplitterError, match="leaks"):
        search(Ridge, samples, {}, GRID, plain)


def test_too_few_sessions_are_named() -> None:
    samples, end = planted(sessions=68, names=("signal", "noise_0"))
    folds = PurgedKFold(2, samples.date[samples.rows], end)
    with pytest.raises(ValueError, match="too few to fit and to stop on"):
        search(Ridge, samples, {}, GRID, folds)


def test_state_survives_json() -> None:
    found = Found({"a": [1.0]}, [{"options": {"a": [1.0]}, "scores": [0.1, 0.2], "mean": 0.15}])
    assert Found(**found.to_state()) == found
