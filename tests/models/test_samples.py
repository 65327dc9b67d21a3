"""Tables become arrays: the right rows, columns, codes; nothing learned outside training."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.models.small_market import FEATURES, SECTORS, SYMBOLS, SmallMarket

from vn30_training.models.options import InstanceOptions
from vn30_training.models.samples import Preparation, in_scope, within
from vn30_training.models.scope import Scope
from vn30_training.models.selection.steps import Importance

ROBUST = {"class": "RobustZScoreNorm", "kwargs": {"clip_outlier": True}}
FILL = {"class": "Fillna"}


def options(scope: str = "VN30", **changes: Any) -> InstanceOptions:
    fixed = {"family": "f", "path": "m:F", "kind": "model", "scope": scope, "features": FEATURES}
    return InstanceOptions(**{**fixed, **changes})


def chosen(market: SmallMarket, **changes: Any) -> Preparation:
    return Preparation.choose(market.features, market.labels, options(**changes), SECTORS)


def test_samples_hold_the_table_as_it_is(market: SmallMarket) -> None:
    samples = chosen(market).samples(market.features, market.labels)
    assert samples.feature_names == FEATURES
    np.testing.assert_array_equal(samples.features, market.features[list(FEATURES)])
    np.testing.assert_array_equal(samples.label, market.labels["y_z"])
    np.testing.assert_array_equal(samples.y_true, market.labels["y_raw"])
    assert samples.features.dtype == np.float32
    assert (np.array(samples.symbol_names)[samples.symbol] == market.labels["symbol"]).all()
    sectors = np.array(samples.sector_names)[samples.sector]
    assert (sectors == market.labels["symbol"].map(SECTORS)).all()


def test_rows_with_too_few_features_or_no_volatility_are_not_usable(market: SmallMarket) -> None:
    features, labels = market.features.copy(), market.labels.copy()
    features.loc[100, list(FEATURES[:6])] = np.nan
    features.loc[101, list(FEATURES[:7])] = np.nan
    features.loc[102, list(FEATURES)] = np.nan
    labels.loc[[103, 104], "volatility"] = [np.nan, 0.0]
    usable = chosen(market).usable(features, labels)
    assert usable[100:106].tolist() == [True, False, False, False, False, True]
    lax = chosen(market, minimum_features=0.0).usable(features, labels)
    assert lax[100:106].tolist() == [True, True, False, False, False, True]


def test_learnable_rows_have_a_label(market: SmallMarket) -> None:
    preparation = chosen(market)
    learnable = preparation.learnable(market.features, market.labels)
    known = market.labels["y_z"].notna() & market.features["F0"].notna()
    np.testing.assert_array_equal(learnable, known)


def test_processors_learn_from_training_rows_only(market: SmallMarket) -> None:
    def state(features: pd.DataFrame) -> dict[str, Any]:
        preparation = chosen(market, processors=(ROBUST, FILL))
        preparation.fit(features, market.rows("train"))
        return preparation.to_state()

    changed = market.features.copy()
    changed.loc[~market.rows("train"), list(FEATURES)] = 1e6
    assert state(changed) == state(market.features)
    changed.loc[market.rows("train"), "F0"] *= 2
    assert state(changed) != state(market.features)


def test_state_survives_json(market: SmallMarket) -> None:
    preparation = chosen(market, processors=(ROBUST, FILL))
    preparation.fit(market.features, market.rows("train"))
    again = Preparation.from_state(json.loads(json.dumps(preparation.to_state())))
    one, other = (each.samples(market.features, market.labels) for each in (preparation, again))
    np.testing.assert_array_equal(one.features, other.features)
    assert np.isfinite(one.features).all()
    assert (one.symbol_names, one.sector_names) == (other.symbol_names, other.sector_names)


def test_an_unknown_symbol_has_no_code(market: SmallMarket) -> None:
    labels = market.labels.assign(symbol=market.labels["symbol"].replace("CCC", "NEW"))
    samples = chosen(market).samples(market.features, labels)
    new = (labels["symbol"] == "NEW").to_numpy()
    assert (samples.symbol[new] == -1).all()
    assert (samples.sector[new] == -1).all()
    assert (samples.symbol[~new] >= 0).all()


def test_processors_across_symbols_need_several(market: SmallMarket) -> None:
    across = ({"class": "CSZScoreNorm"},)
    with pytest.raises(ValueError, match=r"f\.BBB: CSZScoreNorm compares the symbols of a day"):
        chosen(market, scope="BBB", processors=across)
    pooled = chosen(market, processors=across)
    pooled.fit(market.features, market.rows("train"))
    samples = pooled.samples(market.features, market.labels)
    one_day = samples.date == samples.date[100]
    np.testing.assert_allclose(samples.features[one_day].mean(axis=0), 0, atol=1e-6)


def test_processors_may_choose_columns_but_not_drop_rows(market: SmallMarket) -> None:
    fewer = chosen(market, processors=({"class": "DropCol", "kwargs": {"col_list": ["F3"]}},))
    samples = fewer.samples(market.features, market.labels)
    assert samples.feature_names == tuple(name for name in FEATURES if name != "F3")
    dropping = chosen(market, processors=({"class": "DropnaProcessor"},))
    with pytest.raises(ValueError, match="must keep every row"):
        dropping.samples(market.features, market.labels)


def test_a_scope_is_its_symbol_or_all(market: SmallMarket) -> None:
    inside = in_scope(market.labels, Scope.parse("DDD"))
    assert set(market.labels.loc[inside, "symbol"]) == {"DDD"}
    assert inside.sum() * len(SYMBOLS) == len(market.labels)
    everything = in_scope(market.labels, Scope.parse("VN30"))
    assert everything.all()
    assert within(market.labels, everything) is market.labels


def test_a_selection_narrows_the_samples_and_nothing_else(market: SmallMarket) -> None:
    plain = chosen(market, processors=(ROBUST, FILL))
    train = plain.learnable(market.features, market.labels) & market.rows("train")
    plain.fit(market.features, train)
    top = Importance(method="importance", top=4)
    selecting = plain.select(market.features, market.labels, train, [top])
    names = selecting.feature_names
    assert len(names) == 4
    assert "F0" in names
    all_of_them, some = (
        each.samples(market.features, market.labels) for each in (plain, selecting)
    )
    assert (plain.feature_names, some.feature_names) == (FEATURES, names)
    kept = [FEATURES.index(name) for name in names]
    np.testing.assert_array_equal(some.features, all_of_them.features[:, kept])
    assert some.features.flags.c_contiguous
    np.testing.assert_array_equal(some.rows, all_of_them.rows)
    again = Preparation.from_state(json.loads(json.dumps(selecting.to_state())))
    assert again.selection == selecting.selection
    assert "selection" not in plain.to_state()


def test_features_chosen_first_would_be_processed_alike(market: SmallMarket) -> None:
    train = chosen(market).learnable(market.features, market.labels) & market.rows("train")
    late = chosen(market, processors=(ROBUST, FILL))
    late.fit(market.features, train)
    late = late.select(
        market.features, market.labels, train, [Importance(method="importance", top=4)]
    )
    early = chosen(market, processors=(ROBUST, FILL), features=late.feature_names)
    early.fit(market.features, train)
    one, other = (each.samples(market.features, market.labels) for each in (late, early))
    np.testing.assert_array_equal(one.features, other.features)
