"""What every dataset with files must do: round trip, equal bytes, whole or not at all."""

from __future__ import annotations

import pickle
import random
import resource
from contextlib import contextmanager

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from kedro.io import DatasetError

from vn30_training.datasets import (
    FigureDataset,
    ForecastDataset,
    FrameDataset,
    JSONDataset,
    MembersDataset,
    OptionalFileDataset,
    PreviousJSONDataset,
    PricesFolderDataset,
    ScoresDataset,
    TextDataset,
)


def table(rows=200):
    dates = pd.date_range("2020-01-01", periods=rows).astype("datetime64[us]")
    values = np.random.default_rng(0).normal(size=rows).astype("float32")
    return pd.DataFrame({"date": dates, "symbol": "VCB", "value": values, "member": True})


DATASETS = {
    "frame": (lambda root: FrameDataset(filepath=f"{root}/04_feature/x.parquet"), table()),
    "twin": (lambda root: FrameDataset(filepath=f"{root}/04_feature/x.parquet", csv=True), table()),
    "forecast": (
        lambda root: ForecastDataset(filepath=f"{root}/07_model_output/x.parquet"),
        table(),
    ),
    "json": (lambda root: JSONDataset(filepath=f"{root}/05_model_input/x.json"), {"b": [1, None]}),
    "text": (lambda root: TextDataset(filepath=f"{root}/08_reporting/x.html"), "Giá đóng cửa\n"),
    "figure": (lambda root: FigureDataset(filepath=f"{root}/08_reporting/x.json"), go.Figure()),
    "scores": (
        lambda root: ScoresDataset(
            filepath=f"{root}/08_reporting/x.json", family="tft", scope="VCB"
        ),
        {"status": "ok", "metrics": {"rank_ic": 0.04}},
    ),
}
same_for_all = pytest.mark.parametrize("kind", DATASETS)


def make(kind, root):
    build, value = DATASETS[kind]
    return build(root), value


@same_for_all
def test_round_trip_in_a_copy_sent_to_another_process(kind, tmp_path):
    dataset, value = make(kind, tmp_path)
    assert not dataset.exists()
    dataset.save(value)
    loaded = pickle.loads(pickle.dumps(dataset)).load()
    if isinstance(value, pd.DataFrame):
        pd.testing.assert_frame_equal(loaded, value)
    else:
        assert loaded == value
    assert dataset.exists()


@same_for_all
def test_equal_values_give_equal_bytes_and_hashes(kind, tmp_path):
    hashes = []
    for root in (tmp_path / "one", tmp_path / "two"):
        dataset, value = make(kind, root)
        dataset.save(value)
        hashes.append((dataset.content_hash(), [path.read_bytes() for path in dataset.files()]))
    assert hashes[0] == hashes[1]


@same_for_all
def test_what_is_discarded_is_gone(kind, tmp_path):
    dataset, value = make(kind, tmp_path)
    dataset.save(value)
    dataset.discard()
    dataset.discard()
    assert not dataset.exists()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@same_for_all
def test_a_failed_save_leaves_the_previous_version(kind, tmp_path):
    dataset, value = make(kind, tmp_path)
    dataset.save(value)
    before = dataset.content_hash()
    with pytest.raises(DatasetError):
        dataset.save(object())
    assert dataset.content_hash() == before
    assert not list(tmp_path.rglob(".partial-*"))


@contextmanager
def full_disk():
    """Let no file grow beyond a few bytes, as if the disk were full.

    Nothing else may be written meanwhile, least of all by pytest to a file.
    """
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@same_for_all
def test_a_full_disk_leaves_the_previous_version(kind, tmp_path):
    dataset, value = make(kind, tmp_path)
    dataset.save(value)
    before = dataset.content_hash()
    with pytest.raises(DatasetError, match="too large"), full_disk():
        dataset.save(value)
    assert dataset.content_hash() == before
    assert not list(tmp_path.rglob(".partial-*"))


@pytest.mark.parametrize("kind", ["frame", "json", "scores"])
def test_a_missing_file_is_named(kind, tmp_path):
    dataset, _ = make(kind, tmp_path)
    with pytest.raises(DatasetError, match=rf"{dataset.path.name}: there is no such file"):
        dataset.load()


def is_refused(dataset, damaged, value):
    """Tell whether damaged bytes are refused; True too where they make no difference."""
    dataset.path.write_bytes(damaged)
    try:
        return dataset.load().equals(value)
    except DatasetError as error:
        return "damaged" in str(error)


def test_truncated_and_flipped_tables_are_refused(tmp_path):
    dataset, value = make("frame", tmp_path)
    dataset.save(value)
    whole = dataset.path.read_bytes()
    randomness = random.Random(0)
    for _ in range(300):
        position = randomness.randrange(len(whole))
        flipped = bytearray(whole)
        flipped[position] ^= 1 << randomness.randrange(8)
        assert is_refused(dataset, whole[:position], value)
        assert is_refused(dataset, bytes(flipped), value)


def test_a_cached_table_is_read_once_and_again_when_it_changed(tmp_path, monkeypatch):
    reads = []
    dataset = FrameDataset(filepath=f"{tmp_path}/04_feature/x.parquet", cache=True)
    read = FrameDataset._read
    monkeypatch.setattr(FrameDataset, "_read", lambda self: reads.append(1) or read(self))
    dataset.save(table())
    loaded = dataset.load()
    loaded["value"] = 0.0
    pd.testing.assert_frame_equal(dataset.load(), table())
    assert len(reads) == 1
    dataset.save(table(100))
    assert len(dataset.load()) == 100
    assert len(reads) == 2
    dataset.release()
    dataset.load()
    assert len(reads) == 3


def test_a_twin_in_csv_is_for_people(tmp_path):
    dataset, value = make("twin", tmp_path)
    dataset.save(value)
    assert len(pd.read_csv(dataset.files()[1])) == len(value)
    dataset.files()[1].unlink()
    assert not dataset.exists()


def test_failed_forecasts_are_an_empty_tidy_table_that_does_not_count_as_done(tmp_path):
    dataset, value = make("forecast", tmp_path)
    dataset.save(value)
    dataset.save_failure("ValueError: no rows")
    assert not dataset.exists()
    assert len(dataset.load()) == 0
    expected = "date symbol trade_date label_end fold family scope seed y_true y_pred score"
    expected += " q05 q10 q25 q50 q75 q90 q95 p_up member"
    assert list(dataset.load().columns) == expected.split()
    dataset.save(value)
    assert dataset.exists()


def test_failed_scores_say_why_and_do_not_count_as_done(tmp_path):
    dataset, _ = make("scores", tmp_path)
    dataset.save_failure("ValueError: no rows")
    assert dataset.load() == {
        "family": "tft",
        "scope": "symbol",
        "symbol": "VCB",
        "name": "tft.VCB",
        "fold": 0,
        "status": "failed",
        "reason": "ValueError: no rows",
    }
    assert not dataset.exists()


def test_a_previous_value_is_empty_at_first_and_never_a_reason_to_run_again(tmp_path):
    current = JSONDataset(filepath=f"{tmp_path}/02_intermediate/vintage.json")
    previous = PreviousJSONDataset(filepath=f"{tmp_path}/02_intermediate/vintage.json")
    assert previous.load() == {}
    before = previous.content_hash()
    current.save({"a": 1})
    assert previous.load() == {"a": 1}
    assert previous.content_hash() == before
    with pytest.raises(DatasetError, match="only read"):
        previous.save({})


def test_an_optional_file_may_be_missing(tmp_path):
    dataset = OptionalFileDataset(filepath=f"{tmp_path}/members.csv")
    assert dataset.load() is None
    assert dataset.content_hash() == "missing"
    (tmp_path / "members.csv").write_text("symbol\n")
    assert dataset.load() == tmp_path / "members.csv"
    assert dataset.content_hash() != "missing"


def test_a_file_that_the_user_names_must_be_there(tmp_path):
    (tmp_path / "members.csv").write_text("symbol\n")
    for make in (OptionalFileDataset, MembersDataset):
        dataset = make(filepath=f"{tmp_path}/members.csv", named=f"{tmp_path}/typo.csv")
        with pytest.raises(DatasetError, match=r"typo.csv: there is no such file"):
            dataset.load()
        with pytest.raises(FileNotFoundError):
            dataset.content_hash()
    named = OptionalFileDataset(filepath="nowhere.csv", named=f"{tmp_path}/members.csv")
    assert named.load() == tmp_path / "members.csv"


def test_the_users_folder_is_hashed_by_names_contents_and_what_the_user_says(tmp_path):
    (tmp_path / "VCB.csv").write_text("date,close\n")

    def content_hash(**says):
        return PricesFolderDataset(source=str(tmp_path), options=says).content_hash()

    before = content_hash()
    assert content_hash() == before
    assert content_hash(price_unit="kvnd") != before
    (tmp_path / "VCB.csv").rename(tmp_path / "FPT.csv")
    renamed = content_hash()
    (tmp_path / "FPT.csv").write_text("date,open\n")
    assert len({before, renamed, content_hash()}) == 3


def test_the_users_folder_must_exist_and_is_never_written(tmp_path):
    missing = PricesFolderDataset(source=str(tmp_path / "nowhere"))
    assert not missing.exists()
    with pytest.raises(DatasetError, match="no such folder"):
        missing.load()
    with pytest.raises(DatasetError, match="only read"):
        PricesFolderDataset(source=str(tmp_path)).save({})
    assert PricesFolderDataset(source="simulated").load() is None
