"""Selection learns from training rows only, step after step, the same every time."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter
from tests.models.selection.planted import HOLDING, NAMES, planted

from vn30_training.models.contract import Samples
from vn30_training.models.selection.selector import Selected, select
from vn30_training.models.selection.steps import Selection

STEPS: dict[str, Any] = {
    "importance": {"method": "importance", "top": 3},
    "ridge": {"method": "importance", "top": 3, "estimator": "ridge"},
    "family": {"method": "importance", "top": 3, "by": "family"},
    "rfecv": {"method": "rfecv", "folds": 2, "step": 0.4},
    "correlation": {"method": "correlation"},
    "redundancy": {"method": "redundancy", "top": 3},
    "chained": [{"method": "correlation"}, {"method": "redundancy", "top": 2}],
}


def steps(name: str) -> Any:
    return TypeAdapter(Selection).validate_python(STEPS[name])


def elsewhere(samples: Samples, seed: int) -> Samples:
    """Return the samples with noise and holes wherever there is no row to learn from."""
    rng = np.random.default_rng(seed)
    other = np.setdiff1d(np.arange(len(samples.label)), samples.rows)
    features, label, y_true = samples.features.copy(), samples.label.copy(), samples.y_true.copy()
    features[other] = 100 * rng.standard_normal((len(other), features.shape[1]))
    features[other[::7]] = np.nan
    label[other] = features[other, 0]
    y_true[other] = np.inf
    return replace(samples, features=features, label=label, y_true=y_true)


@pytest.mark.parametrize("name", STEPS)
def test_other_rows_change_no_bit(name: str) -> None:
    samples, end = planted()
    state = json.dumps(select(samples, end, steps(name)).to_state())
    assert json.dumps(select(elsewhere(samples, 1), end, steps(name)).to_state()) == state
    assert json.dumps(select(samples, end, steps(name)).to_state()) == state


@pytest.mark.parametrize("name", STEPS)
def test_training_rows_do_change_it(name: str) -> None:
    samples, end = planted()
    label = samples.label.copy()
    label[samples.rows] = samples.features[samples.rows, NAMES.index("noise_2")]
    changed = select(replace(samples, label=label), end, steps(name))
    assert "noise_2" in changed.selected
    assert changed.to_state() != select(samples, end, steps(name)).to_state()


@pytest.mark.parametrize("name", STEPS)
def test_a_planted_signal_is_kept(name: str) -> None:
    samples, end = planted(7)
    selected = select(samples, end, steps(name))
    assert {"signal", "copy_of_signal"} & set(selected.selected)
    assert "second" in selected.selected
    assert selected.dropped == len(NAMES) - len(selected.selected)
    assert list(selected.selected) == [name for name in NAMES if name in selected.selected]


def test_each_step_chooses_among_what_the_one_before_kept() -> None:
    samples, end = planted()
    first = select(samples, end, steps("correlation"))
    chained = select(samples, end, steps("chained"))
    assert set(chained.selected) < set(first.selected)
    assert [set(step["importance"]) for step in chained.steps] == [set(NAMES), set(first.selected)]
    assert [step["method"] for step in chained.steps] == ["correlation", "redundancy"]


@pytest.mark.parametrize("name", STEPS)
def test_state_survives_json(name: str) -> None:
    samples, end = planted()
    selected = select(samples, end, steps(name))
    assert Selected.from_state(json.loads(json.dumps(selected.to_state()))) == selected


def test_looking_at_all_rows_would_find_skill_in_noise() -> None:
    """What the selection must not do, done on purpose: the reason why it may not."""
    draws, honest, peeking = 12, 0.0, 0.0
    for seed in range(draws):
        samples, end = planted(seed, sessions=120, names=tuple(f"noise_{i}" for i in range(300)))
        everywhere = samples.at(np.arange(len(samples.label)))
        every_end = samples.date + np.timedelta64(HOLDING, "D")
        honest += skill_of_five(samples, end, samples) / draws
        peeking += skill_of_five(everywhere, every_end, samples) / draws
    tested = len(samples.label) - len(samples.rows)
    error = 1 / np.sqrt(draws * tested)
    assert abs(honest) < 3 * error
    assert peeking > 5 * error


def skill_of_five(looked_at: Samples, end: Any, samples: Samples) -> float:
    """Choose five features on some rows, fit them on the training rows, and test on the others."""
    five = TypeAdapter(Selection).validate_python({"method": "redundancy", "top": 5})
    chosen = select(looked_at, end, five).selected
    x, y = (
        samples.features[:, [samples.feature_names.index(name) for name in chosen]],
        samples.label,
    )
    beta, *_ = np.linalg.lstsq(x[samples.rows], y[samples.rows], rcond=None)
    test = np.setdiff1d(np.arange(len(y)), samples.rows)
    return float(np.corrcoef(x[test] @ beta, y[test])[0, 1])


def test_infinite_values_are_taken_for_unknown() -> None:
    samples, end = planted()
    features = samples.features.copy()
    features[samples.rows[::50], 0] = np.inf
    selected = select(replace(samples, features=features), end, steps("ridge"))
    assert "second" in selected.selected


def test_a_symbols_rows_are_not_needed_in_the_order_of_time() -> None:
    samples, end = planted()
    order = np.random.default_rng(0).permutation(len(samples.rows))
    shuffled = select(samples.at(samples.rows[order]), end[order], steps("rfecv"))
    assert shuffled.selected == select(samples, end, steps("rfecv")).selected
