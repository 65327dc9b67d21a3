"""A rerun does what is missing or stale and nothing else; two fresh runs give the same bytes."""

import json
import re

import pytest
from tests.end_to_end.data_root import DataRoot, groups_run


@pytest.fixture(scope="module")
def root(baseline, tmp_path_factory):
    """A copy of the finished run; the tests below repair what they change."""
    return baseline.root.copy(tmp_path_factory.mktemp("rerun") / "data")


def test_an_unchanged_rerun_computes_nothing(root):
    before = root.times()
    finished = root.run()
    assert finished.code == 0, finished.text
    assert groups_run(finished) == 0
    assert root.times() == before


def test_a_changed_output_is_repaired_with_what_depends_on_it_and_no_more(root, baseline):
    before = root.times()
    options = root.path / "05_model_input/options/ridge/ACB.json"
    options.write_text(options.read_text().replace("0.1,", "0.2,"))
    damaged = root.path / "07_model_output/lightgbm/FPT.parquet"
    damaged.unlink()
    finished = root.run("--only-missing-outputs")
    assert finished.code == 0, finished.text
    after = root.times()
    written = {name for name in after if after[name] != before.get(name)}
    assert written == {
        "05_model_input/options/ridge/ACB.json",
        "07_model_output/lightgbm/FPT.parquet",
    }
    assert root.digests() == baseline.root.digests()


@pytest.mark.slow
def test_another_option_recomputes_its_family_and_the_report(root, baseline):
    before = root.times()
    finished = root.run("--params=ridge.defaults.options.penalties=[5.0]")
    assert finished.code == 0, finished.text
    after = root.times()
    written = {name for name in after if after[name] != before[name]}
    others = r"lightgbm|lstm|tft|zero|majority|ewma|reversal|momentum|0[2-4]_"
    assert not [name for name in written if re.search(others, name)]
    assert "06_models/symbols/ACB/ridge/manifest.json" in written
    assert "08_reporting/report.html" in written
    chosen = json.loads((root.path / "05_model_input/options/ridge/ACB.json").read_text())
    assert chosen["options"]["penalties"] == [5.0]


@pytest.mark.slow
def test_one_instance_with_other_options_is_one_more_trial(baseline, tmp_path):
    own = baseline.root.copy(tmp_path / "data")
    command = ("--namespace=ridge.VN30", "--params=variant=conservative")
    counts = [trial_count(own)]
    for _ in range(2):
        finished = own.run(*command)
        assert finished.code == 0, finished.text
        counts.append(trial_count(own))
    assert counts == [counts[0], counts[0] + 1, counts[0] + 1]
    assert groups_run(finished) == 0


def trial_count(root):
    log = json.loads((root.path / "08_reporting/trials.json").read_text(encoding="utf-8"))
    return sum(len(entry["trials"]) for entry in log.values())


@pytest.mark.slow
def test_two_fresh_runs_give_the_same_bytes(baseline, tmp_path):
    again = DataRoot(tmp_path / "elsewhere" / "data")
    finished = again.run(OMP_NUM_THREADS="2")
    assert finished.code == 0, finished.text
    first, second = baseline.root.digests(), again.digests()
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []
    assert report_but_for_time(again) == report_but_for_time(baseline.root)


def report_but_for_time(root):
    """Return the report without the column and the sentences that tell how long fits took."""
    html = (root.path / "08_reporting/report.html").read_text(encoding="utf-8")
    return re.sub(r"[\d.,]+ (?:s|min|h)\b(?: [\d.,]+ s\b)?", "TIME", html)
