import stat

import pytest

from vn30_training.files import atomic_path, write_json, write_text


def test_a_write_replaces_the_whole_file(tmp_path):
    target = tmp_path / "deep" / "report.txt"
    write_text(target, "a long first version")
    write_text(target, "second")
    assert target.read_text() == "second"
    assert [path.name for path in target.parent.iterdir()] == ["report.txt"]


def test_a_failing_write_leaves_the_previous_version_and_nothing_else(tmp_path):
    target = tmp_path / "model.txt"
    write_text(target, "good")
    with pytest.raises(OSError, match="disk full"), atomic_path(target) as path:  # noqa: PT012
        path.write_text("half of the")
        raise OSError("disk full")
    assert target.read_text() == "good"
    assert [path.name for path in tmp_path.iterdir()] == ["model.txt"]


def test_others_may_read_what_was_written(tmp_path):
    write_text(tmp_path / "a.txt", "x")
    assert stat.S_IMODE((tmp_path / "a.txt").stat().st_mode) == 0o644


def test_json_is_the_same_bytes_in_any_order_of_keys_and_refuses_nan(tmp_path):
    write_json(tmp_path / "a.json", {"b": 1, "a": "giá"})
    write_json(tmp_path / "b.json", {"a": "giá", "b": 1})
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    with pytest.raises(ValueError, match="JSON"):
        write_json(tmp_path / "c.json", {"a": float("nan")})
    assert not (tmp_path / "c.json").exists()
