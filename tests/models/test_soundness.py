"""Constants and worse are found; anything that ranks is not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vn30_training.models.soundness import why_worthless

DAYS = np.repeat(np.arange(10), 5)


@pytest.mark.parametrize(
    ("score", "reason"),
    [
        (np.zeros(50), "the score is a constant"),
        (np.full(50, 0.3), "the score is a constant"),
        (0.1 + np.arange(50) * 1e-14, "the score is a constant"),
        (np.r_[np.nan, np.arange(49)], "1 of 50 scores are not finite"),
        (np.r_[np.inf, np.nan, np.arange(48)], "2 of 50 scores are not finite"),
        (DAYS.astype(float), "all stocks of a day have the same score"),
    ],
)
def test_worthless_scores_are_found(score: np.ndarray, reason: str) -> None:
    assert why_worthless(score, DAYS) == reason


def test_a_score_through_time_need_not_differ_within_a_day() -> None:
    assert why_worthless(DAYS.astype(float)) is None


@given(st.permutations(range(50)), arrays(np.float64, 50, elements=st.floats(-1, 1), unique=True))
def test_the_order_of_rows_does_not_matter(order: list[int], score: np.ndarray) -> None:
    shuffled = np.array(order)
    assert why_worthless(score[shuffled], DAYS[shuffled]) == why_worthless(score, DAYS)
    day_level = np.floor(DAYS / 2.0)
    assert why_worthless(day_level[shuffled], DAYS[shuffled]) is not None


@given(st.floats(1e-8, 1e8))
def test_the_unit_does_not_matter(unit: float) -> None:
    assert why_worthless(unit * np.linspace(-1, 1, 50), DAYS) is None
