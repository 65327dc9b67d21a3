from vn30_training.running.failures import InstancesFailed


def test_a_reason_is_told_once_with_all_it_holds_for():
    error = InstancesFailed({"a.X": "no prices", "b.Y": "no memory", "c.X": "no prices"}, 0, None)
    assert error.message.splitlines() == [
        "3 failed; all else is done and kept.",
        "  a.X, c.X: no prices",
        "  b.Y: no memory",
    ]


def test_of_many_reasons_the_first_are_told_and_the_rest_counted():
    error = InstancesFailed({f"tft.S{i}": f"reason {i // 2}" for i in range(50)}, 3, None)
    assert "  tft.S38, tft.S39: reason 19" in error.message.splitlines()
    assert error.message.splitlines()[-2:] == [
        "  and 10 more for 5 other reasons",
        "  not run for want of these: 3",
    ]


def test_issues_of_data_are_told_a_line_each():
    error = InstancesFailed({"write_orders": "DataError: D035 one\nD036 two"}, 0, None)
    assert error.message.splitlines()[1:] == ["  write_orders: DataError: D035 one", "    D036 two"]
