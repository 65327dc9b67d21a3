from __future__ import annotations

import os

import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Node

from vn30_training.datasets import JSONDataset
from vn30_training.running.executors import InProcess, ProcessPool
from vn30_training.running.work import GroupTask, restricted_catalog


class UnsendableError(Exception):
    def __init__(self, one, two):
        super().__init__(one)
        self.handle = lambda: two


def tell(command):
    if command == "raise":
        raise UnsendableError("it\nbroke", 2)
    if command == "exit":
        os._exit(3)
    return {"pid": os.getpid(), "threads": os.environ.get("OMP_NUM_THREADS")}


def task(root, command, name="tft.VCB"):
    node = Node(tell, "command", "answer", name="tell")
    answer = JSONDataset(filepath=f"{root}/08_reporting/{name}.json")
    catalog = DataCatalog({"command": MemoryDataset(command), "answer": answer})
    return GroupTask(name, (node,), catalog, None)


@pytest.fixture
def pool():
    with ProcessPool(2) as pool:
        yield pool


def test_workers_are_other_processes_of_one_thread_and_are_used_again(tmp_path, pool):
    answers = []
    for number in range(4):
        given = task(tmp_path, "tell", f"f.S{number}")
        pool.submit(given)
        assert pool.next_result()[0] == f"f.S{number}"
        answers.append(given.catalog.load("answer"))
    assert {answer["threads"] for answer in answers} == {"1"}
    assert len({answer["pid"] for answer in answers}) == 1
    assert answers[0]["pid"] != os.getpid()


def test_exceptions_that_cannot_be_sent_are_told_in_words(tmp_path, pool):
    pool.submit(task(tmp_path, "raise"))
    failure = pool.next_result()[1].failure
    assert failure.reason == "UnsendableError: it broke"
    assert "Traceback" in failure.details
    assert failure.unfinished == ("tell",)


def test_a_worker_that_ends_is_replaced(tmp_path, pool):
    pool.submit(task(tmp_path, "exit", "f.A"))
    pool.submit(task(tmp_path, "tell", "f.B"))
    results = dict(pool.next_result() for _ in range(2))
    assert "exit status 3" in results["f.A"].failure.reason
    assert results["f.B"].failure is None
    pool.submit(task(tmp_path, "tell", "f.C"))
    assert pool.next_result()[1].failure is None


def test_an_idle_worker_that_was_killed_is_replaced(tmp_path, pool):
    given = task(tmp_path, "tell")
    pool.submit(given)
    pool.next_result()
    os.kill(given.catalog.load("answer")["pid"], 9)
    pool._idle[0].process.join()
    pool.submit(given)
    assert pool.next_result()[1].failure is None


def test_in_process_gives_results_in_order(tmp_path):
    with InProcess() as executor:
        for name in ("f.A", "f.B"):
            executor.submit(task(tmp_path, "tell", name))
        assert [executor.next_result()[0] for _ in range(2)] == ["f.A", "f.B"]


def test_validators_go_along_with_their_datasets(tmp_path):
    entry = {
        "type": "kedro.io.MemoryDataset",
        "validator": "pandera.pandas.DataFrameModel",
    }
    catalog = DataCatalog.from_config({"command": entry, "answer": entry, "other": entry})
    part = restricted_catalog(catalog, task(tmp_path, "tell").nodes)
    assert set(part.keys()) == set(part.validators) == {"command", "answer"}
