"""The contract that every registered family keeps."""

import hashlib
import os
import pickletools
import random
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.models.small_market import (
    FAMILY_SPECS,
    SECTORS,
    SmallMarket,
    declared_families,
    small_options,
)

from vn30_training.files import ArtefactError
from vn30_training.files.manifest import MANIFEST_NAME
from vn30_training.models.contract import QUANTILE_COLUMNS
from vn30_training.models.forecaster import FORECAST_COLUMNS, Forecaster
from vn30_training.models.options import OptionsError, merge_options
from vn30_training.models.registry import FamilySpec, family_class
from vn30_training.models.scope import Scope
from vn30_training.models.training import TooFewRowsError, train

SCOPES = {"symbol": Scope.parse("BBB"), "pooled": Scope.parse("VN30")}
INSTANCES = [
    pytest.param(spec, SCOPES[kind], id=f"{spec.name}-{kind}")
    for spec in FAMILY_SPECS.values()
    for kind in spec.scopes
    if kind != "finetuned"
]
FINETUNED = [
    pytest.param(spec, id=spec.name) for spec in FAMILY_SPECS.values() if "finetuned" in spec.scopes
]
every_instance = pytest.mark.parametrize(("spec", "scope"), INSTANCES)

FORECAST_IN_NEW_PROCESS = """
import sys
from pathlib import Path
import pandas as pd
from vn30_training.models.forecaster import Forecaster
root = Path(sys.argv[1])
features, labels = (pd.read_parquet(root / f"{name}.parquet") for name in ("features", "labels"))
mask = pd.read_parquet(root / "mask.parquet")["test"].to_numpy()
for folder in sorted((root / "models").iterdir()):
    Forecaster.load(folder).forecast(features, labels, mask).to_parquet(
        root / f"{folder.name}.forecast.parquet"
    )
"""


@dataclass(frozen=True)
class Trained:
    """Every instance, saved below ``root / "models"`` and forecasting there in a new process."""

    root: Path
    instances: dict[str, Forecaster]

    def folder(self, spec: FamilySpec, scope: Scope) -> Path:
        return self.root / "models" / f"{spec.name}.{scope}"

    def instance(self, spec: FamilySpec, scope: Scope) -> Forecaster:
        return self.instances[f"{spec.name}.{scope}"]


def fit(spec: FamilySpec, scope: Scope, market: SmallMarket, **options: object) -> Forecaster:
    return train(
        market.features,
        market.labels,
        market.split,
        small_options(spec, scope, **options),
        scope,
        sectors=SECTORS,
        provenance={"data": "small"},
    )


@pytest.fixture(scope="module")
def trained(market: SmallMarket, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    root = tmp_path_factory.mktemp("families")
    instances = {}
    for spec, scope in [tuple(parameter[0]) for parameter in INSTANCES]:
        name = f"{spec.name}.{scope}"
        instances[name] = fit(spec, scope, market)
        instances[name].save(root / "models" / name)
    market.features.to_parquet(root / "features.parquet")
    market.labels.to_parquet(root / "labels.parquet")
    pd.DataFrame({"test": market.rows("test")}).to_parquet(root / "mask.parquet")
    subprocess.run(
        [sys.executable, "-c", FORECAST_IN_NEW_PROCESS, str(root)],
        check=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    return Trained(root, instances)


@every_instance
def test_forecasts_have_the_shared_shape(
    spec: FamilySpec, scope: Scope, trained: Trained, market: SmallMarket
) -> None:
    rows = market.rows("test")
    forecast = trained.instance(spec, scope).forecast(market.features, market.labels, rows)
    assert tuple(forecast.columns) == FORECAST_COLUMNS
    inside = rows if scope.symbol is None else rows & (market.labels["symbol"] == scope.symbol)
    expected = market.labels[inside].sort_values(["date", "symbol"])
    seeds = trained.instance(spec, scope).options.seeds
    assert len(forecast) == len(expected) * len(seeds)
    for _, one in forecast.groupby("seed"):
        pd.testing.assert_frame_equal(
            one[["date", "symbol", "trade_date", "label_end"]].reset_index(drop=True),
            expected[["date", "symbol", "trade_date", "label_end"]].reset_index(drop=True),
        )
        np.testing.assert_array_equal(one["y_true"], expected["y_raw"])
    assert set(forecast["family"]) == {spec.name}
    assert set(forecast["scope"]) == {scope.kind}
    assert forecast["p_up"].between(0, 1).all()
    assert np.isfinite(forecast[["y_pred", "score", *QUANTILE_COLUMNS]].to_numpy()).all()
    assert (np.diff(forecast[list(QUANTILE_COLUMNS)].to_numpy(), axis=1) >= 0).all()


@every_instance
def test_forecasts_survive_a_new_process_bit_by_bit(
    spec: FamilySpec, scope: Scope, trained: Trained, market: SmallMarket
) -> None:
    here = trained.instance(spec, scope).forecast(
        market.features, market.labels, market.rows("test")
    )
    there = pd.read_parquet(trained.root / f"{spec.name}.{scope}.forecast.parquet")
    pd.testing.assert_frame_equal(here, there, check_exact=True)


@every_instance
def test_the_same_seed_gives_the_same_bytes(
    spec: FamilySpec, scope: Scope, trained: Trained, market: SmallMarket, tmp_path: Path
) -> None:
    fit(spec, scope, market).save(tmp_path / "again")
    assert digests(tmp_path / "again") == digests(trained.folder(spec, scope))


@every_instance
def test_a_loaded_instance_is_saved_as_it_was(
    spec: FamilySpec, scope: Scope, trained: Trained, tmp_path: Path
) -> None:
    Forecaster.load(trained.folder(spec, scope)).save(tmp_path / "again")
    assert digests(tmp_path / "again") == digests(trained.folder(spec, scope))


@every_instance
def test_predictions_do_not_look_at_labels(
    spec: FamilySpec, scope: Scope, trained: Trained, market: SmallMarket
) -> None:
    instance = trained.instance(spec, scope)
    blind = market.labels.assign(y_raw=np.nan, y_z=np.float32(np.nan), y_rank=np.float32(np.nan))
    seen = instance.forecast(market.features, market.labels, market.rows("test"))
    unseen = instance.forecast(market.features, blind, market.rows("test"))
    assert unseen["y_true"].isna().all()
    pd.testing.assert_frame_equal(seen.drop(columns="y_true"), unseen.drop(columns="y_true"))


@every_instance
def test_forecasts_do_not_look_ahead(
    spec: FamilySpec, scope: Scope, trained: Trained, market: SmallMarket
) -> None:
    instance = trained.instance(spec, scope)
    whole = instance.forecast(market.features, market.labels, market.rows("test"))
    for cut in sorted(market.labels.loc[market.rows("test"), "date"].unique())[5::17]:
        past = (market.labels["date"] <= cut).to_numpy()
        newest = instance.forecast(
            market.features[past].reset_index(drop=True),
            market.labels[past].reset_index(drop=True),
        )
        expected = whole[whole["date"] == cut].reset_index(drop=True)
        pd.testing.assert_frame_equal(newest, expected, rtol=1e-5, atol=1e-7)


@every_instance
def test_no_rows_give_an_empty_table_of_the_same_kind(
    spec: FamilySpec, scope: Scope, trained: Trained, market: SmallMarket
) -> None:
    instance, rows = trained.instance(spec, scope), market.rows("test")
    some = instance.forecast(market.features, market.labels, rows)
    none = instance.forecast(market.features, market.labels, np.zeros(len(rows), dtype=bool))
    assert none.empty
    pd.testing.assert_frame_equal(none, some.iloc[:0])


@every_instance
def test_the_past_alone_decides_the_model(
    spec: FamilySpec, scope: Scope, trained: Trained, market: SmallMarket, tmp_path: Path
) -> None:
    kept = (market.labels["date"] <= market.split.valid_end).to_numpy()
    past = SmallMarket(market.features[kept], market.labels[kept], market.split)
    fit(spec, scope, past).save(tmp_path / "past")
    assert digests(tmp_path / "past") == digests(trained.folder(spec, scope))


@every_instance
def test_files_hold_no_pickle(spec: FamilySpec, scope: Scope, trained: Trained) -> None:
    for path in trained.folder(spec, scope).rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not content.startswith(b"PK"), f"{path} is a zip archive"
            with pytest.raises((ValueError, UnicodeDecodeError)):
                list(pickletools.genops(content))


@every_instance
def test_learning_families_find_a_strong_signal(
    spec: FamilySpec, scope: Scope, trained: Trained, market: SmallMarket
) -> None:
    if spec.kind == "naive" or family_class(spec.path).capabilities.sequences:
        pytest.skip("naive rules look for nothing; networks need more than a few epochs")
    forecast = trained.instance(spec, scope).forecast(
        market.features, market.labels, market.rows("test")
    )
    known = forecast.dropna(subset=["y_true"])
    assert np.corrcoef(known["score"], known["y_true"])[0, 1] > 0.25


@every_instance
def test_explaining_families_tell_importance(
    spec: FamilySpec, scope: Scope, trained: Trained
) -> None:
    if not family_class(spec.path).capabilities.explain:
        pytest.skip("does not explain")
    importance = trained.instance(spec, scope).importance
    assert set(importance["feature"]) >= set(trained.instance(spec, scope).preparation.columns)
    assert (importance["importance"] >= 0).all()
    assert importance["importance"].sum() > 0


@pytest.mark.parametrize("spec", FINETUNED)
def test_finetuned_instances_start_from_the_pooled_one(
    spec: FamilySpec, trained: Trained, market: SmallMarket, tmp_path: Path
) -> None:
    scope = Scope.parse("BBB_finetuned")
    pooled = trained.instance(spec, SCOPES["pooled"])
    before = digests(trained.folder(spec, SCOPES["pooled"]))
    tuned = train(
        market.features,
        market.labels,
        market.split,
        small_options(spec, scope),
        scope,
        sectors=SECTORS,
        start=pooled,
    )
    tuned.save(tmp_path / "tuned")
    rows = market.rows("test")
    forecast = tuned.forecast(market.features, market.labels, rows)
    assert set(forecast["symbol"]) == {"BBB"}
    again = Forecaster.load(tmp_path / "tuned").forecast(market.features, market.labels, rows)
    pd.testing.assert_frame_equal(forecast, again, check_exact=True)
    pooled.save(tmp_path / "pooled")
    assert digests(tmp_path / "pooled") == before


@pytest.mark.parametrize("name", FAMILY_SPECS)
def test_bad_options_are_refused_with_the_nearest_name(name: str) -> None:
    entry = declared_families()[name]
    scope = SCOPES["pooled"]
    own = family_class(entry["family"]).options_type.model_fields
    wrong = (next(iter(own)) + "s") if own else "anything"
    bad = {**entry, "overrides": {"VN30": {"options": {wrong: 1}}}}
    with pytest.raises(OptionsError, match="no such option") as caught:
        merge_options(name, bad, scope)
    assert not own or repr(wrong[:-1]) in str(caught.value)


@pytest.mark.parametrize("name", FAMILY_SPECS)
def test_every_variant_of_every_scope_is_valid(name: str) -> None:
    entry = declared_families()[name]
    for kind in entry["scopes"]:
        scope = {**SCOPES, "finetuned": Scope.parse("BBB_finetuned")}[kind]
        for variant in [None, *entry.get("variants", {})]:
            options = merge_options(name, entry, scope, variant)
            assert options.options == family_class(options.path).options_type.model_validate(
                options.options
            ).model_dump(mode="json")


def test_every_damage_is_refused(trained: Trained, tmp_path: Path) -> None:
    spec, scope = FAMILY_SPECS["lightgbm"], SCOPES["pooled"]
    good = trained.folder(spec, scope)
    files = sorted(path.relative_to(good) for path in good.rglob("*") if path.is_file())
    rng = random.Random(0)
    for case in range(160):
        broken = tmp_path / str(case)
        shutil.copytree(good, broken)
        victim = broken / files[case % len(files)]
        content = bytearray(victim.read_bytes())
        if victim.name == MANIFEST_NAME:
            content = content[: rng.randrange(len(content) - 2)]
        elif case % 2:
            content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
        else:
            content = content[: rng.randrange(len(content))]
        victim.write_bytes(content)
        with pytest.raises(ArtefactError):
            Forecaster.load(broken)
        shutil.rmtree(broken)


def test_too_little_history_is_said(market: SmallMarket) -> None:
    early = (market.labels["date"] < market.split.valid_start + pd.Timedelta(days=30)).to_numpy()
    short = SmallMarket(market.features[early], market.labels[early], market.split)
    with pytest.raises(TooFewRowsError, match="usable rows for valid, at least 40 are needed"):
        fit(FAMILY_SPECS["ridge"], SCOPES["symbol"], short)
    late = ~early
    new = SmallMarket(market.features[late], market.labels[late], market.split)
    with pytest.raises(TooFewRowsError, match=r"^0 usable rows for train"):
        fit(FAMILY_SPECS["ridge"], SCOPES["symbol"], new)


def digests(folder: Path) -> dict[str, str]:
    """Return the sha256 of every file, the manifest among them."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }
