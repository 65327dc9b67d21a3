from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import rankdata

from vn30_training.evaluation.overfitting import (
    COLUMNS,
    overfitting_table,
    probability_of_overfitting,
)


def noise(seed: int, days: int = 480, configurations: int = 12) -> pd.DataFrame:
    return pd.DataFrame(np.random.default_rng(seed).normal(0, 0.01, (days, configurations)))


def slow_overfitting(values: np.ndarray, blocks: int, performance: str) -> tuple[float, float]:
    """The procedure of the paper step by step: one combination and one matrix at a time."""

    def judge(part: np.ndarray) -> np.ndarray:
        mean = part.mean(axis=0)
        return mean / part.std(axis=0, ddof=1) if performance == "sharpe" else mean

    cut = np.split(values, blocks)
    logits = []
    for chosen in combinations(range(blocks), blocks // 2):
        inside = np.concatenate([cut[i] for i in chosen])
        outside = np.concatenate([cut[i] for i in range(blocks) if i not in chosen])
        rank = rankdata(judge(outside))[np.argmax(judge(inside))]
        share = rank / (values.shape[1] + 1)
        logits.append(np.log(share / (1 - share)))
    return np.mean([logit <= 0 for logit in logits]), np.median(logits)


@pytest.mark.parametrize("performance", ["mean", "sharpe"])
@pytest.mark.parametrize(("blocks", "configurations"), [(2, 2), (6, 5), (10, 12)])
def test_agrees_with_the_procedure_step_by_step(performance, blocks, configurations):
    returns = noise(blocks, days=120, configurations=configurations) + 0.002
    found = probability_of_overfitting(returns, blocks, performance)
    slow = slow_overfitting(returns.to_numpy(), blocks, performance)
    assert (found.pbo, found.median_logit) == pytest.approx(slow)
    assert (found.configurations, found.blocks, found.n_days) == (configurations, blocks, 120)


def test_chunks_of_combinations_are_put_together(monkeypatch):
    whole = probability_of_overfitting(noise(1), 10)
    monkeypatch.setattr("vn30_training.evaluation.overfitting._CHUNK", 17)
    assert probability_of_overfitting(noise(1), 10) == whole


def test_half_of_the_choices_among_noise_are_overfitted():
    found = [probability_of_overfitting(noise(seed), 10).pbo for seed in range(60)]
    assert np.mean(found) == pytest.approx(0.5, abs=0.08)


def test_a_truly_better_one_is_not_overfitted():
    returns = noise(3)
    returns[7] += 0.003
    found = probability_of_overfitting(returns)
    assert found.pbo < 0.01
    assert found.median_logit == pytest.approx(np.log(12))


def test_what_was_luck_in_one_half_is_overfitted():
    """Each of two has its good half: the better one in sample is the worse one after."""
    swing = np.repeat([0.01, -0.01], 100)
    returns = noise(0, 200, 2) * 0.1 + np.column_stack([swing, -swing])
    assert probability_of_overfitting(returns, 2).pbo == 1


def test_days_with_a_gap_and_the_earliest_odd_days_are_left_out():
    returns = noise(5, days=163)
    gappy = pd.concat([returns, returns.iloc[:4]], ignore_index=True)
    gappy.iloc[-4:, 3] = np.nan
    assert probability_of_overfitting(gappy) == probability_of_overfitting(returns.iloc[3:])


def test_returns_that_never_vary_have_no_sharpe_and_break_nothing():
    returns = noise(2).assign(cash=0.0, bond=0.001)
    assert 0 <= probability_of_overfitting(returns, 10).pbo <= 1


@pytest.mark.parametrize("returns", [noise(0, configurations=1), noise(0, days=79), noise(0, 0)])
def test_undefined_for_one_configuration_or_few_days(returns):
    found = probability_of_overfitting(returns)
    assert np.isnan([found.pbo, found.median_logit]).all()
    assert found.n_days == len(returns) // 16 * 16


@pytest.mark.parametrize("blocks", [0, 7])
def test_blocks_that_cannot_be_halved_are_refused(blocks):
    with pytest.raises(ValueError, match="even"):
        probability_of_overfitting(noise(0), blocks)


def long_short(returns: pd.DataFrame) -> pd.DataFrame:
    dates = pd.bdate_range("2020-01-01", periods=len(returns))
    tidy = returns.set_index(dates).rename_axis("date").melt(ignore_index=False)
    tidy = tidy.reset_index().rename(columns={"variable": "family", "value": "long_short"})
    return tidy.assign(family="f" + tidy["family"].astype(str), scope="pooled")


def test_the_table_is_of_the_families_on_common_days():
    returns = noise(4, 320, 4)
    table = overfitting_table(long_short(returns).sample(frac=1, random_state=0))
    assert list(table) == COLUMNS
    expected = probability_of_overfitting(returns)
    assert table.loc[0].to_dict() == pytest.approx({c: getattr(expected, c) for c in COLUMNS})


def test_floors_are_no_part_of_the_choice():
    """Three floors that are bad in all of time would lift every model above the median."""
    skill_less = long_short(noise(6, 320, 4))
    bad = long_short(noise(7, 320, 3) - 1.0)
    names = dict(zip(bad["family"].unique(), ["zero", "reversal_5", "momentum_12_1"], strict=True))
    with_floors = pd.concat([skill_less, bad.assign(family=bad["family"].map(names))])
    pd.testing.assert_frame_equal(overfitting_table(with_floors), overfitting_table(skill_less))
    assert overfitting_table(with_floors)["configurations"].item() == 4


def test_the_table_is_empty_with_its_columns_where_nothing_can_be_asked():
    for given in (long_short(noise(0, 320, 1)), long_short(noise(0, 320, 3)).iloc[:0]):
        table = overfitting_table(given)
        assert table.empty
        assert list(table) == COLUMNS
