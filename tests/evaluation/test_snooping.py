import numpy as np
import pandas as pd
import pytest
from arch.bootstrap import MCS, SPA

from vn30_training.evaluation.ic import daily_ic
from vn30_training.evaluation.rows import known_rows, seed_mean, with_references
from vn30_training.evaluation.snooping import (
    SET_COLUMNS,
    SPA_COLUMNS,
    model_confidence_set,
    superior_predictive_ability,
)
from vn30_training.evaluation.statistics import BOOTSTRAP_SEED, RESAMPLES

HOLDING = 2
BLOCK = 10


def prepared(*forecasts: pd.DataFrame) -> pd.DataFrame:
    return with_references(seed_mean(known_rows(pd.concat(forecasts, ignore_index=True))))


@pytest.fixture(scope="module")
def rows(board_inputs, tidy, returns) -> pd.DataFrame:
    """The usual board and `copycat`, which says what the zero forecast says."""
    return prepared(board_inputs[0], tidy(returns, "copycat", np.zeros(len(returns))))


@pytest.fixture(scope="module")
def confidence_set(rows) -> pd.DataFrame:
    return model_confidence_set(rows, HOLDING)


@pytest.fixture(scope="module")
def spa(rows) -> pd.DataFrame:
    return superior_predictive_ability(rows, HOLDING).set_index("metric")


def daily_rank_losses(rows: pd.DataFrame) -> pd.DataFrame:
    ranked = rows[rows["family"].isin(["clever", "lost", "reversal_1"])]
    daily = daily_ic(ranked).astype({"family": str})
    return -daily.pivot_table(index="date", columns="family", values="rank_ic")


def test_the_confidence_set_is_that_of_arch_on_daily_losses(rows, confidence_set):
    losses = daily_rank_losses(rows)
    test = MCS(losses, 0.10, RESAMPLES, BLOCK, seed=BOOTSTRAP_SEED)
    test.compute()
    found = confidence_set[confidence_set["metric"] == "rank_ic"].set_index("family")
    assert list(confidence_set) == SET_COLUMNS
    assert found["p"].to_dict() == pytest.approx(test.pvalues["Pvalue"].to_dict())
    assert set(found.index[found["inside"]]) == set(test.included)


def test_the_best_is_inside_and_noise_outside_of_the_confidence_set(confidence_set):
    ranked = confidence_set[confidence_set["metric"] == "rank_ic"].set_index("family")
    assert ranked["inside"].to_dict() == {"clever": True, "lost": False, "reversal_1": False}
    assert ranked.loc["clever", "p"] == 1


def test_those_that_say_the_same_share_their_fate(confidence_set):
    errors = confidence_set[confidence_set["metric"] == "absolute_error"].set_index("family")
    assert len(errors) == 6
    for column in ("p", "inside"):
        assert len(set(errors.loc[["zero", "ewma", "copycat"], column])) == 1


def test_superior_ability_is_that_of_arch_on_daily_losses(rows, spa):
    losses = daily_rank_losses(rows)
    test = SPA(
        losses["reversal_1"], losses[["clever", "lost"]], BLOCK, RESAMPLES, seed=BOOTSTRAP_SEED
    )
    test.compute()
    found = spa.loc["rank_ic", ["p_lower", "p_consistent", "p_upper"]]
    assert found.tolist() == pytest.approx(test.pvalues.tolist())
    assert spa.loc["rank_ic", "n_days"] == 250


def test_the_better_model_is_superior_and_named(rows, spa):
    assert [*spa.reset_index()] == SPA_COLUMNS
    assert spa.loc["rank_ic", "p_consistent"] == 0
    assert spa.loc["rank_ic", ["best_family", "best_scope"]].tolist() == ["clever", "pooled"]
    noise = superior_predictive_ability(rows[rows["family"] != "clever"], HOLDING)
    assert (noise["p_consistent"] > 0.05).all()
    assert (noise["p_lower"] <= noise["p_consistent"]).all()
    assert (noise["p_consistent"] <= noise["p_upper"]).all()


def test_who_says_what_the_benchmark_says_is_no_model_that_beats_it(spa):
    assert spa["benchmark"].to_dict() == {
        "rank_ic": "reversal_1", "absolute_error": "zero", "pinball": "ewma"
    }  # fmt: skip
    assert spa["models"].to_dict() == {"rank_ic": 2, "absolute_error": 2, "pinball": 2}


def test_losses_are_of_the_stocks_and_days_that_all_know(tidy, returns, noise):
    """Half of the stocks are known to both; on the others `second` would be far behind."""
    first, second = tidy(returns, "first", noise(1)), tidy(returns, "second", noise(2))
    other = returns["symbol"].to_numpy() >= "S15"
    worse = second.assign(y_pred=np.where(other, 1.0, second["y_pred"]))
    found = model_confidence_set(prepared(first[~other], worse), HOLDING)
    errors = found[found["metric"] == "absolute_error"]
    expected = model_confidence_set(prepared(first[~other], second[~other]), HOLDING)
    assert (
        errors["p"].tolist() == expected.loc[expected["metric"] == "absolute_error", "p"].tolist()
    )


def test_a_family_that_knows_little_does_not_narrow_the_test(rows, confidence_set, tidy, returns):
    narrow = tidy(returns, "narrow", np.arange(len(returns)))
    narrow = prepared(narrow[returns["date"] < "2023-03-01"])
    found = model_confidence_set(pd.concat([rows, narrow]), HOLDING)
    assert found["p"].tolist() == pytest.approx(confidence_set["p"].tolist())
    assert "narrow" not in set(found["family"])


def test_results_are_deterministic(rows, confidence_set, spa):
    pd.testing.assert_frame_equal(model_confidence_set(rows, HOLDING), confidence_set)
    again = superior_predictive_ability(rows, HOLDING).set_index("metric")
    pd.testing.assert_frame_equal(again, spa)


def test_empty_with_columns_where_nothing_can_be_compared(rows, tidy, returns, noise):
    alone = rows[rows["family"] == "clever"]
    first, second = tidy(returns, "zero", noise(1)), tidy(returns, "second", noise(2))
    apart = returns["date"] < "2023-07-01"
    strangers = prepared(first[apart], second[~apart])
    for few in (alone, rows.iloc[:0], strangers):
        assert model_confidence_set(few, HOLDING).empty
        assert superior_predictive_ability(few, HOLDING).empty
    assert list(model_confidence_set(alone, HOLDING)) == SET_COLUMNS
    assert list(superior_predictive_ability(alone, HOLDING)) == SPA_COLUMNS


def test_equal_means_of_different_losses_are_equally_good(tidy, returns):
    """One errs as much as the other, on other days."""
    even = (returns.groupby("date").ngroup() % 2 == 0).to_numpy()
    flat = returns.assign(y_true=0.0)
    tables = [
        tidy(flat, family, np.arange(len(flat))).assign(y_pred=np.where(days, 0.01, 0.02))
        for family, days in (("first", even), ("second", ~even))
    ]
    found = model_confidence_set(prepared(*tables), HOLDING)
    assert found.loc[found["metric"] == "absolute_error", "inside"].tolist() == [True, True]
