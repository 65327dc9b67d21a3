import numpy as np
import pandas as pd
import pytest

from vn30_training.models import resources
from vn30_training.models.resources import (
    PROCESS_BYTES,
    Machine,
    available_memory,
    check_disk,
    check_memory,
    memory_need,
    read_machine,
    table_bytes,
)

GIGABYTE = 10**9


def test_the_system_tells_what_is_available(tmp_path):
    file = tmp_path / "meminfo"
    file.write_text("MemTotal:  2000 kB\nMemFree:  10 kB\nMemAvailable:  1500 kB\n")
    assert available_memory(file) == 1500 * 1024


@pytest.mark.parametrize("content", [None, "MemTotal: 2000 kB\n", "MemAvailable: much\n"])
def test_where_it_does_not_pages_are_counted(content, tmp_path):
    file = tmp_path / "meminfo"
    if content is not None:
        file.write_text(content)
    assert available_memory(file) > 10 * 2**20


def test_where_nobody_tells_it_is_unknown_which_is_no_failure(tmp_path, monkeypatch):
    monkeypatch.delattr(resources.os, "sysconf")
    assert available_memory(tmp_path / "none") is None
    check = check_memory(GIGABYTE, [GIGABYTE], Machine(None, GIGABYTE, 2))
    assert check.passed
    assert "does not tell" in check.detail


def test_this_machine_is_read_for_a_folder_that_is_not_there_yet(tmp_path):
    machine = read_machine(tmp_path / "data" / "06_models")
    assert machine.workers >= 1
    assert machine.disk > 0


def test_the_size_of_a_table_is_that_of_its_arrays():
    table = pd.DataFrame(np.zeros((1000, 50), dtype=np.float32))
    assert table_bytes(table, table) == pytest.approx(2 * 1000 * 50 * 4, rel=0.01)


def test_every_process_holds_the_tables_and_every_worker_a_fit():
    assert memory_need(100, [7, 30, 2], workers=2) == 3 * (PROCESS_BYTES + 100) + 2 * 30
    assert memory_need(0, [], workers=1) == 2 * PROCESS_BYTES


@pytest.mark.parametrize(("memory", "passed"), [(8 * GIGABYTE, True), (2 * GIGABYTE, False)])
def test_a_run_that_does_not_fit_is_told_with_both_figures(memory, passed):
    check = check_memory(GIGABYTE // 2, [GIGABYTE // 4], Machine(memory, GIGABYTE, 2))
    assert check.passed == passed
    assert "3.0 GB for 2 workers" in check.detail
    assert ("2.0 GB are available" in check.detail) != passed
    assert check.remedy


@pytest.mark.parametrize(("disk", "passed"), [(3 * GIGABYTE, True), (GIGABYTE, False)])
def test_models_need_their_place_twice(disk, passed):
    check = check_disk(200, Machine(GIGABYTE, disk, 2))
    assert check.passed == passed
    assert "1.4 GB for 200 instances" in check.detail
    assert ("1.0 GB are free" in check.detail) != passed
