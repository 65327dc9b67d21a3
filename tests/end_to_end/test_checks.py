"""What `kedro run --pipeline=preflight` and `--pipeline=audit` tell a user."""

import json

import pytest
from tests.end_to_end.data_root import DataRoot


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return DataRoot(tmp_path_factory.mktemp("checked") / "data")


@pytest.mark.slow
def test_all_checks_pass_before_training(root):
    finished = root.run("--pipeline=preflight")
    assert finished.code == 0, finished.text
    assert "ALL CHECKS PASSED - Ready to train" in finished.text
    for family in ("ridge", "lightgbm", "tft"):
        assert family in finished.text
    assert not (root.path / "06_models").exists()


@pytest.mark.slow
def test_what_would_spoil_the_training_is_told_beforehand(root):
    finished = root.run("--pipeline=preflight", "--params=lstm.defaults.options.hiden_size=8")
    assert finished.code != 0
    assert "NOT READY" in finished.text
    assert "did you mean 'hidden_size'?" in finished.flat


@pytest.mark.slow
def test_the_healthy_chain_is_audited_without_a_leak(root):
    finished = root.run("--pipeline=audit")
    assert finished.code == 0, finished.text
    audit = json.loads((root.path / "08_reporting/audit.json").read_text(encoding="utf-8"))
    assert audit["failures"] == []
    assert audit["checks"] > 100
    assert {"lightgbm", "lstm", "ridge", "tft", "zero"} <= set(audit["families"])
    assert f"Leakage audit: {'No leak found' if audit['verdict'] == 'clean' else 'Audit'}" in (
        finished.flat
    )
