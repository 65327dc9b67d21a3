from __future__ import annotations

import os

from vn30_training.files import sha256_file
from vn30_training.running.hashing import HashCache, canonical


def counting(path, calls):
    def compute():
        calls.append(path)
        return sha256_file(path)

    return compute


def test_a_file_is_hashed_once_until_it_is_touched(tmp_path):
    path, store, calls = tmp_path / "x", tmp_path / "hashes.json", []
    path.write_text("one")
    cache = HashCache()
    for _ in range(2):
        assert cache.hash([path], counting(path, calls)) == sha256_file(path)
    cache.write(store)
    again = HashCache.read(store)
    again.hash([path], counting(path, calls))
    assert len(calls) == 1
    status = path.stat()
    path.write_text("two")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert again.hash([path], counting(path, calls)) == sha256_file(path)
    assert len(calls) == 2


def test_a_damaged_cache_is_an_empty_one(tmp_path):
    for text in ("", "{", "[]", '{"a": 1}', '"x"'):
        (tmp_path / "hashes.json").write_text(text)
        assert HashCache.read(tmp_path / "hashes.json").take_fresh() == {}


def test_the_order_of_keys_does_not_count_and_types_do():
    assert canonical({"a": 1, "b": 2}) == canonical({"b": 2, "a": 1})
    assert canonical({"a": 1}) != canonical({"a": "1"}) != canonical({"a": 1.0})
