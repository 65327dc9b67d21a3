import pytest

from vn30_training.evaluation.verdict import verdict, why_not_ranked

NAN = float("nan")
SOUND = {
    "family": "lstm",
    "n_ok": 1,
    "n_failed": 0,
    "n_degenerate": 0,
    "reason": "",
    "n_rows": 300,
    "n_days": 10,
    "n_ic_days": 10,
    "increment_over_reversal": 0.003,
    "increment_low": -0.011,
    "increment_high": 0.016,
    "mae_skill": NAN,
    "mae_skill_low": NAN,
    "mae_skill_high": NAN,
}


def test_no_better():
    expected = "no better than reversal: difference 0.003, interval -0.011 to 0.016"
    assert verdict(SOUND) == expected


@pytest.mark.parametrize(
    ("low", "high", "word"),
    [(0.001, 0.02, "better"), (-0.02, -0.001, "worse"), (-0.02, 0.0, "no better")],
)
def test_word_needs_the_whole_interval_on_one_side(low, high, word):
    said = verdict(SOUND | {"increment_low": low, "increment_high": high})
    assert said.startswith(f"{word} than reversal")


def test_absolute_error_beside_ranking():
    said = verdict(SOUND | {"mae_skill": -0.01, "mae_skill_low": -0.02, "mae_skill_high": -0.001})
    assert said.endswith("; worse than zero in MAE: skill -1.00%, interval -2.00% to -0.10%")


def test_forecast_of_zero_equals_zero():
    said = verdict(SOUND | {"mae_skill": 0.0, "mae_skill_low": 0.0, "mae_skill_high": 0.0})
    assert said.endswith("; equal to zero in MAE")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"n_ok": 0, "n_failed": 1, "reason": "NaN loss"}, "failed: NaN loss"),
        ({"n_ok": 0, "n_degenerate": 3, "reason": "no splits"}, "degenerate: no splits"),
        ({"n_ok": 1, "n_failed": 2}, "2 of 3 instances failed or are degenerate"),
        ({"n_rows": 0}, "no forecast of a member whose return is known"),
        ({"n_ic_days": 0}, "one score for all stocks, it ranks nothing"),
        ({"n_ic_days": 4}, "one score for all stocks on 6 of 10 days"),
    ],
)
def test_reasons_not_to_rank(changed, reason):
    assert why_not_ranked(SOUND | changed) == reason
    assert verdict(SOUND | changed).startswith(f"not ranked: {reason}")


def test_half_of_the_instances_is_enough():
    assert why_not_ranked(SOUND | {"n_ok": 2, "n_degenerate": 2}) is None
