"""The verdict over findings, in words that can be shown."""

import json

import pytest

from vn30_training.evaluation.audit.findings import (
    BLIND,
    LEAST_CUTS,
    SICKNESSES,
    Finding,
    verdict,
)


def passing(check="fit", subject="ridge.VN30", cuts=0):
    return Finding(check, subject, "pass", cuts=cuts).to_dict()


def failing(sickness="backward fill"):
    return Finding("future", "features", "fail", sickness, "SICK", 56).to_dict()


def test_all_passed_is_clean():
    found = [passing(), passing("future", "panel", 56), passing("splitter", "fold 0.4")]
    judged = verdict(found)
    assert judged["verdict"] == "clean"
    assert (judged["checks"], judged["cuts"], judged["families"]) == (3, 56, ["ridge"])
    assert judged["failures"] == judged["missing"] == []
    assert json.loads(json.dumps(judged)) == judged


def test_one_failure_is_a_leak_whatever_else_passed():
    judged = verdict([passing(), failing(), passing("future", "panel", 3)])
    assert judged["verdict"] == "leak found"
    assert [one["subject"] for one in judged["failures"]] == ["features"]
    assert "features depends on gaps filled with what came after them" in judged["summary"]


@pytest.mark.parametrize("sickness", sorted(SICKNESSES.keys() - {BLIND}))
def test_every_sickness_can_be_told(sickness):
    assert SICKNESSES[sickness] in verdict([failing(sickness)])["summary"]


def test_many_failures_are_counted():
    found = [failing(sickness) for sickness in list(SICKNESSES)[:5]]
    assert verdict(found)["summary"].endswith("and 2 more.")


@pytest.mark.parametrize(
    ("found", "missing"),
    [
        ([], "no check was made"),
        ([passing(), failing(BLIND)], "features is blind"),
        ([passing("future", "panel", LEAST_CUTS - 1)], "panel was cut only 49 times"),
        ([passing(), Finding("fit", "tft.VCB", "skipped").to_dict()], "tft.VCB was only skipped"),
        (
            [
                *(passing(), passing("processors"), passing("future", "lstm.VN30", LEAST_CUTS)),
                Finding("fit", "lstm.VN30", "skipped", detail="two fits differ").to_dict(),
            ],
            "fit of lstm.VN30 was skipped: two fits differ",
        ),
        (
            [
                *(passing(), passing("processors"), passing("fit", "lstm.VN30")),
                Finding("processors", "lstm.VN30", "skipped", detail="they differ").to_dict(),
            ],
            "processors of lstm.VN30 was skipped: they differ",
        ),
        ([passing(), Finding("dividend", "ridge.VN30", "skipped").to_dict()], "check dividend"),
    ],
)
def test_what_was_not_decided_leaves_it_incomplete(found, missing):
    judged = verdict(found)
    assert judged["verdict"] == "incomplete"
    assert missing in judged["summary"]


def test_a_note_on_the_data_is_not_a_gap():
    note = Finding("member dates", "members", "skipped", detail="no dates").to_dict()
    judged = verdict([passing(), note])
    assert judged["verdict"] == "clean"
    assert judged["skipped"] == [note]
