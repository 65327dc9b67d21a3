"""Nothing healthy is accused: the project's own chain, and every family that is declared."""

import json
from datetime import date

import pytest
from tests.evaluation.audit import sick
from tests.models.small_market import FAMILY_SPECS

from vn30_training.evaluation.audit import (
    AuditOptions,
    audit_data,
    audit_family,
    audit_splits,
    verdict,
)
from vn30_training.evaluation.splits import SplitOptions, make_split
from vn30_training.features.labels import LabelOptions
from vn30_training.market.membership import read_members
from vn30_training.market.quality import validate
from vn30_training.market.reading import read_folder
from vn30_training.market.sessions import build_sessions

QUICK = AuditOptions(cuts=6, shuffles=2, train_sessions=300, valid_sessions=50, test_sessions=60)
FEW = ("KMID", "ROC5", "STD20", "CORR10")
INSTANCES = [
    pytest.param(name, scope, id=f"{name}.{scope}", marks=marks)
    for name, spec in FAMILY_SPECS.items()
    for scope, kind, marks in (("VN30", "pooled", ()), ("HPG", "symbol", pytest.mark.slow))
    if kind in spec.scopes
]


@pytest.fixture(scope="module")
def given():
    return sick.small_given()


@pytest.fixture(scope="module")
def longer():
    """A market long enough for momentum over twelve months."""
    return sick.small_given(start="2021-10-01")


def audit(given, name, scope, options, **changes):
    one = sick.instance(given, name, scope, **changes)
    tables = (one.panel, one.features, one.labels, one.split, one.options, one.scope)
    return audit_family(*tables, given.sectors, "clean", options)


def verdicts(findings):
    return {(one["check"], one["subject"]): one["verdict"] for one in findings}


def test_the_data_of_a_healthy_chain(given):
    tables = (given.prices, given.sessions, given.members, given.sectors)
    found = audit_data(*tables, LabelOptions(), "clean", AuditOptions())
    assert [one for one in found if one["verdict"] == "fail"] == []
    future = [one for one in found if one["check"] == "future"]
    assert [one["subject"] for one in future] == ["panel", "features", "labels"]
    assert all(one["cuts"] >= 50 for one in future)
    assert json.loads(json.dumps(found)) == found


def test_the_splits_of_a_healthy_chain(given):
    labels = given.chain.labels(given.panel, given.sessions)
    splits = {f"{train}": make_split(labels, SplitOptions(ratios=(train, 0.2, 0.8 - train)))
              for train in (0.4, 0.5, 0.6)}  # fmt: skip
    assert {one["verdict"] for one in audit_splits(labels, splits)} == {"pass"}


@pytest.mark.parametrize(("name", "scope"), INSTANCES)
def test_every_family_is_healthy(longer, name, scope):
    learns = FAMILY_SPECS[name].kind == "model"
    found = audit(longer, name, scope, QUICK, **({"features": FEW} if learns else {}))
    assert [one for one in found if one["verdict"] == "fail"] == []
    skipped = {one["check"] for one in found if one["verdict"] == "skipped"}
    assert skipped == ({"planted answer"} if FAMILY_SPECS[name].kind == "naive" else set())
    assert {one["check"] for one in found} == {
        *("fit", "processors", "hidden labels", "future", "dividend"),
        *("shuffled labels", "planted answer"),
    }


def test_fine_tuning_is_healthy(given):
    short = QUICK.model_copy(update={"cuts": 3, "train_sessions": 120})
    found = audit(given, "lstm", "HPG_finetuned", short, features=FEW)
    assert {one["verdict"] for one in found} == {"pass"}
    assert {one["check"] for one in found} == {
        *("fit", "processors", "hidden labels", "future", "dividend")
    }


def test_selection_inside_the_fold_is_healthy(longer):
    best = ({"method": "importance", "top": 8, "estimator": "ridge"},)
    found = audit(longer, "ridge", "VN30", QUICK, selection=best)
    assert {one["verdict"] for one in found} == {"pass"}


def real_given(real_data, start):
    prices = validate(read_folder(real_data / "ohlcv"), today=date(2025, 8, 27)).prices
    prices = prices[prices["date"] >= start].reset_index(drop=True)
    members = read_members(real_data / "constituents.csv")
    sectors = dict.fromkeys(prices["symbol"].unique(), "unknown")
    return sick.Simulated(prices, build_sessions(prices), members, sectors)


@pytest.mark.slow
@pytest.mark.real_data
def test_real_data_are_healthy(real_data):
    real = real_given(real_data, start="2016-01-01")
    tables = (real.prices, real.sessions, real.members, real.sectors)
    found = audit_data(*tables, LabelOptions(), "clean", AuditOptions(cuts=12))
    labels = real.chain.labels(real.panel, real.sessions)
    found += audit_splits(labels, {"split": make_split(labels, SplitOptions())})
    judged = verdict(found)
    assert judged["failures"] == [], judged["summary"]


@pytest.fixture(scope="module")
def recent(real_data):
    """Real prices long enough for momentum over twelve months."""
    return real_given(real_data, start="2021-10-01")


@pytest.mark.slow
@pytest.mark.real_data
@pytest.mark.parametrize(("name", "scope"), INSTANCES)
def test_every_family_is_healthy_on_real_data(recent, name, scope):
    found = audit(recent, name, scope, QUICK)
    assert [one for one in found if one["verdict"] == "fail"] == []
    assert {one["cuts"] for one in found if one["check"] == "future"} == {QUICK.cuts}
