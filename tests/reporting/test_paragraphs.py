"""What is said of a family: nothing that interval and Holm's p do not both bear out."""

from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.reporting.fabricated_evidence import fabricate_evaluation

from vn30_training.evaluation.evidence import Evidence
from vn30_training.reporting.audit_section import COMMAND, audit_section
from vn30_training.reporting.pairs import RIDGE, Comparison, Pairs
from vn30_training.reporting.paragraphs import FLOORS, paragraphs
from vn30_training.reporting.takeaways import superiority, takeaways

KEY = ["family", "scope"]


@pytest.fixture(scope="module")
def evidence(run) -> Evidence:
    return fabricate_evaluation(run).evidence


def with_pair(evidence, **figures) -> Evidence:
    """Set what the paired tests of lightgbm (pooled) against reversal found."""
    mine = evidence.paired["metric"] == "rank_ic"
    for column, name in (("family", "lightgbm"), ("scope", "pooled")):
        mine &= evidence.paired[column] == name
    mine &= evidence.paired["other_family"] == "reversal_1"
    assert mine.sum() == 1
    paired = evidence.paired.copy()
    for name, value in figures.items():
        paired.loc[mine, name] = value
    return replace(evidence, paired=paired)


def pooled(evidence, family="lightgbm") -> str:
    told = {paragraph.family: paragraph for paragraph in paragraphs(evidence)}
    return " ".join({part.about: part for part in told[family].parts}["Pooled"].texts)


def test_the_default_is_no_better_with_its_figures(evidence):
    figures = {"difference": 0.003, "low": -0.011, "high": 0.016, "p_holm": 1.0}
    text = pooled(with_pair(evidence, **figures))
    held = (evidence.paired["metric"] == "rank_ic") & (
        evidence.paired["other_family"] == "reversal_1"
    )
    size = held.sum()
    assert text.startswith(
        "No better than reversal_1: difference +0.003, interval −0.011 to 0.016, Holm p 1.00 "
        f"over {size} comparisons."
    )


@pytest.mark.parametrize(
    ("low", "high", "p_holm", "word"),
    [
        pytest.param(0.01, 0.03, 0.01, "Better than", id="both say so"),
        pytest.param(0.01, 0.03, 0.20, "No better than", id="only the interval"),
        pytest.param(-0.01, 0.03, 0.01, "No better than", id="only Holm's p"),
        pytest.param(0.01, 0.03, np.nan, "No better than", id="not corrected"),
        pytest.param(-0.03, -0.01, 0.01, "Worse than", id="worse"),
    ],
)
def test_better_and_worse_need_interval_and_holm(evidence, low, high, p_holm, word):
    figures = {"difference": (low + high) / 2, "low": low, "high": high, "p_holm": p_holm}
    assert pooled(with_pair(evidence, **figures)).startswith(f"{word} reversal_1")


@given(
    st.floats(-1, 1, allow_nan=False),
    st.floats(0, 1, allow_nan=False),
    st.floats(0, 1) | st.just(float("nan")),
)
def test_turning_a_comparison_turns_its_word(difference, width, p_holm):
    one = Comparison("rank_ic", difference, difference - width, difference + width, p_holm, 100, 10)
    words = {"better": "worse", "worse": "better", "no better": "no better"}
    assert one.turned.word == words[one.word]
    assert one.turned.turned == one
    if one.word != "no better":
        assert p_holm < 0.05
        assert one.low > 0 or one.high < 0


def test_pairs_are_found_from_either_side(evidence):
    pairs = Pairs(evidence.paired)
    record = evidence.paired.iloc[0]
    one, other = tuple(record[KEY]), tuple(record[["other_family", "other_scope"]])
    assert pairs.of(record["metric"], one, other).difference == record["difference"]
    assert pairs.of(record["metric"], other, one).difference == -record["difference"]
    assert pairs.of(record["metric"], one, other).tests == record["tests"]


def test_a_yardstick_is_taken_in_the_same_scope_else_pooled(evidence):
    pairs = Pairs(evidence.paired)
    same = pairs.of("rank_ic", ("tft", "symbol"), ("ridge", "symbol"))
    assert pairs.against(RIDGE, ("tft", "symbol")) == same
    other = pairs.of("rank_ic", ("lstm", "finetuned"), ("ridge", "pooled"))
    assert pairs.against(RIDGE, ("lstm", "finetuned")) == other
    assert pairs.against(RIDGE, ("ridge", "symbol")) is None


def test_without_a_test_nothing_is_claimed(evidence):
    board = evidence.leaderboard.assign(increment_low=0.01, increment_high=0.03)
    bare = replace(evidence, leaderboard=board, paired=evidence.paired.iloc[:0])
    assert "Not shown to be better than reversal_1" in pooled(bare)
    assert all("Better" not in p.headline for p in paragraphs(bare))
    assert "Against reversal" not in {told.about for told in takeaways(bare, _no_instances())}


def test_every_family_has_a_paragraph_and_floors_share_one(evidence):
    told = [paragraph.family for paragraph in paragraphs(evidence)]
    models = evidence.leaderboard.query("kind != 'naive'")["family"]
    assert told == [*dict.fromkeys(models), FLOORS]
    floors = {part.about for part in paragraphs(evidence)[-1].parts}
    assert floors == set(evidence.leaderboard.query("kind == 'naive'")["family"])


def test_what_is_not_ranked_is_said_with_its_reason(evidence):
    board = evidence.leaderboard.copy()
    mine = board["family"] == "tft"
    board.loc[mine, "ranked"] = False
    board.loc[mine, "verdict"] = "not ranked: degenerate: a constant; equal to zero in MAE"
    told = {p.family: p for p in paragraphs(replace(evidence, leaderboard=board))}
    assert told["tft"].headline == "No scope could be ranked: nothing is claimed."
    assert told["tft"].parts[0].texts[0].startswith("Not ranked: degenerate: a constant.")


def test_regimes_are_counted_and_doubted(evidence):
    table = evidence.regimes.copy()
    mine = (table["family"] == "lightgbm") & (table["scope"] == "pooled")
    table.loc[mine, ["increment_low", "increment_high"]] = [-0.02, 0.02]
    assert f"In no regime of {mine.sum()}" in pooled(replace(evidence, regimes=table))
    first = table.index[mine][0]
    table.loc[first, ["increment_low", "increment_high"]] = [0.01, 0.02]
    text = pooled(replace(evidence, regimes=table))
    assert f"above it in 1 of {mine.sum()} regimes ({table.loc[first, 'regime']})" in text
    assert "by luck alone" in text


def test_failed_and_skipped_fits_are_counted(evidence):
    told = {paragraph.family: paragraph for paragraph in paragraphs(evidence)}
    text = " ".join({part.about: part for part in told["tft"].parts}["Per symbol"].texts)
    assert "Of 213 fits, 1 failed, 2 degenerate, 21 skipped." in text


def test_trials_and_caveats_stand_with_every_model(evidence):
    for paragraph in paragraphs(evidence, ["The stocks are survivors."])[:-1]:
        assert paragraph.caveats == "57 trials were logged on these data. The stocks are survivors."


@pytest.mark.parametrize("name", [field.name for field in fields(Evidence)])
def test_any_table_may_be_empty(evidence, name):
    table = getattr(evidence, name)
    bare = replace(evidence, **{name: table.iloc[:0] if isinstance(table, pd.DataFrame) else {}})
    told = paragraphs(bare)
    texts = [text for paragraph in told for part in paragraph.parts for text in part.texts]
    texts += [sentence.text for sentence in takeaways(bare, _no_instances())]
    texts += [sentence.text for sentence in superiority(bare)]
    assert all("nan" not in text for text in texts)


def test_a_lead_that_a_test_does_not_bear_out_is_not_praised(evidence):
    luck = evidence.paired.assign(p_holm=1.0)
    told = {t.about: t.text for t in takeaways(replace(evidence, paired=luck), _no_instances())}
    assert told["Against reversal"].startswith("None of 9 models is better than reversal_1")
    assert told["Pooling"].count(" 0") == 2
    assert "flattered by being picked" in told["Ranking"]


def test_hansens_test_is_told_either_way(evidence):
    shown = evidence.spa.assign(p_consistent=0.01)
    assert "at least one is better" in superiority(replace(evidence, spa=shown))[0].text
    assert "none is shown to be better" in superiority(evidence)[0].text


def _no_instances() -> pd.DataFrame:
    return pd.DataFrame(columns=["family", "scope", "name", "symbol", "status", "reason"])


OF_THIS = {"data": "a", "code": "b", "configuration": "c"}
AUDIT = {"verdict": "clean", "summary": "", "checks": 9, "cuts": 54, "findings": []}


@pytest.mark.parametrize(
    ("audit", "manifest", "families", "kind"),
    [
        pytest.param(None, {}, [], "missing", id="none was made"),
        pytest.param(AUDIT, {}, ["ridge"], "clean", id="clean"),
        pytest.param(AUDIT | {"verdict": "incomplete"}, {}, [], "incomplete", id="incomplete"),
        pytest.param(AUDIT | {"verdict": "leak found"}, {}, [], "leak", id="leak"),
        pytest.param(AUDIT | {"verdict": "unheard of"}, {}, [], "incomplete", id="unknown word"),
        pytest.param(
            AUDIT | {"fingerprint": OF_THIS},
            {"fingerprint": OF_THIS | {"data": "x"}},
            [],
            "stale",
            id="of other data",
        ),
        pytest.param(
            AUDIT | {"families": ["ridge"]}, {}, ["ridge", "tft"], "incomplete", id="left one out"
        ),
        pytest.param(AUDIT | {"families": []}, {}, ["ridge"], "incomplete", id="left all out"),
    ],
)
def test_only_a_whole_and_fitting_audit_is_clean(audit, manifest, families, kind):
    section = audit_section(audit, manifest, families)
    assert section.kind == kind
    assert section.clean == (section.caveat == "") == (kind == "clean")


@pytest.mark.parametrize(
    ("changes", "other"),
    [
        ({"configuration": "x"}, "another configuration"),
        ({"data": "x", "code": "x"}, "other data and other code"),
    ],
)
def test_an_audit_of_something_else_says_of_what(changes, other):
    audit = AUDIT | {"fingerprint": OF_THIS}
    section = audit_section(audit, {"fingerprint": OF_THIS | changes})
    assert section.text == f"The audit (clean) is of {other}: run {COMMAND} again."
    known = audit_section(audit, {"fingerprint": OF_THIS})
    assert known.clean
    unnamed = audit_section(AUDIT | {"fingerprint": "abc"}, {"fingerprint": OF_THIS})
    assert "other data and other code and another configuration" in unnamed.text
