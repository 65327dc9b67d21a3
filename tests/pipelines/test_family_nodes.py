import pandas as pd
import pytest
from tests.models.small_market import declared_families, make_market

from vn30_training.models.options import OptionsError
from vn30_training.pipelines.family import nodes


def options(scope, variant=None):
    instance = {"family": "ridge", "scope": scope}
    return nodes.choose_options(declared_families()["ridge"], instance, variant)


def test_a_variant_is_for_all_families_or_for_the_one_named():
    assert options("FPT")["variant"] is None
    assert options("FPT", "conservative")["variant"] == "conservative"
    assert options("FPT", {"ridge": "qlib"})["options"] == {"penalties": [1e-6]}
    assert options("FPT", {"tft": "seeds"}) == options("FPT")


def test_a_wrong_variant_is_answered_by_the_nearest_name():
    with pytest.raises(OptionsError, match=r"no variant 'agressive'; did you mean 'aggressive'\?"):
        options("FPT", "agressive")


@pytest.mark.parametrize("scope", ["HPG", "HPG_finetuned"])
def test_a_symbol_without_prices_is_named(scope):
    market = make_market()
    chosen = {**options("HPG"), "scope": scope}
    with pytest.raises(nodes.NoPricesError, match="HPG has no usable prices"):
        nodes.fit(market.features, market.labels, {}, chosen, {"symbols": {}})


def test_a_board_keeps_every_record():
    records = [{"name": "a"}, {"name": "b", "status": "failed"}]
    assert nodes.gather_scores(*records) == records


def test_forecasts_of_a_family_are_one_table_without_the_empty_ones():
    full = pd.DataFrame({"date": pd.to_datetime(["2025-01-02"]), "y_pred": [0.1]})
    empty = full.iloc[:0]
    pd.testing.assert_frame_equal(nodes.gather_forecasts(empty, full), full)
    nothing = nodes.gather_forecasts(empty)
    assert len(nothing) == 0
    assert list(nothing) == ["date", "y_pred"]
