import pandas as pd
import pytest

from vn30_training.reporting.figures.importance import importance_figure, importance_shares

FAMILIES = {"ROC5": "ROC", "ROC10": "ROC", "MA5": "MA"}


def table(values: dict[str, float], symbol: str | None = None) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "family": "ridge",
            "scope": "symbol",
            "symbol": symbol,
            "seed": 0,
            "feature": list(values),
            "importance": list(values.values()),
        }
    )


def test_shares_add_up_within_families_signs_aside():
    shares = importance_shares(table({"ROC5": 1.0, "ROC10": -2.0, "MA5": 1.0}), FAMILIES)
    assert shares.set_index("group")["share"].to_dict() == {"MA": 0.25, "ROC": 0.75}
    assert shares.set_index("group")["features"].to_dict() == {"MA": 1, "ROC": 2}


def test_models_count_the_same_whatever_their_scale():
    both = pd.concat(
        [table({"ROC5": 1.0, "MA5": 0.0}, "ACB"), table({"ROC5": 0.0, "MA5": 1e6}, "VCB")]
    )
    shares = importance_shares(both, FAMILIES).set_index("group")["share"]
    assert shares.to_dict() == {"MA": 0.5, "ROC": 0.5}


def test_a_feature_without_family_stands_for_itself():
    assert importance_shares(table({"SIG_REV1": 1.0}), {})["group"].tolist() == ["SIG_REV1"]


def test_a_model_of_zeros_breaks_nothing():
    figure = importance_figure(table({"ROC5": 0.0, "MA5": 0.0}), FAMILIES)
    assert figure.layout.height > 0


def test_an_even_spread_counts_only_the_models_own_features():
    few = table({"ROC5": 1.0, "MA5": 3.0}).assign(family="lstm")
    shares = importance_shares(
        pd.concat([table({"ROC5": 1.0, "ROC10": 1.0, "MA5": 1.0}), few]), FAMILIES
    )
    even = shares.set_index(["family", "group"])["even"]
    assert even["lstm", "ROC"] == pytest.approx(1 / 2)
    assert even["ridge", "ROC"] == pytest.approx(2 / 3)


def test_the_most_used_stand_on_top_strong_ones_bold_unseen_ones_blank():
    few = table({"MA5": 1.0}).assign(family="lstm")
    grid = importance_figure(
        pd.concat([table({"ROC5": 9.0, "ROC10": 9.0, "MA5": 0.0, "MAX5": 2.0}), few]), FAMILIES
    ).data[0]
    assert list(grid.y) == ["ROC", "MA", "MAX5"]
    assert list(grid.x) == ["lstm<br>per symbol", "ridge<br>per symbol"]
    assert grid.text[0] == ["", "90.0"]
    assert grid.text[1][0] == "100.0"


def test_bold_is_twice_an_even_spread():
    grid = importance_figure(table({"ROC5": 8.0, "MA5": 1.0, "MAX5": 1.0}), FAMILIES).data[0]
    assert grid.text[0] == ["<b>80.0</b>"]
