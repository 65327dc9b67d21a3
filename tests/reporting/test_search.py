import pytest

from vn30_training.reporting.search import search_line


@pytest.mark.parametrize(
    ("search", "line"),
    [
        (None, None),
        (
            {"best": {"penalties": [1.0]}, "tried": 5, "pbo": None},
            "ridge.VN30: penalties=[1.0] of 5 combinations tried.",
        ),
        (
            {"best": {"depth": 3, "rate": 0.1}, "tried": 6, "pbo": 0.42},
            "ridge.VN30: depth=3, rate=0.1 of 6 combinations tried; probability that the search "
            "overfits: 42 %.",
        ),
    ],
)
def test_the_outcome_of_a_search_is_one_line(search, line):
    assert search_line({"name": "ridge.VN30", "search": search}) == line


def test_a_failed_instance_has_no_search():
    assert search_line({"name": "ridge.VN30", "status": "failed"}) is None
