import pytest

from vn30_training.models.neural.options import TrainerOptions
from vn30_training.models.neural.schedule import learning_rate, plateaus


def rates(schedule, losses):
    options = TrainerOptions(learning_rate=1.0, epochs=4, patience=4, schedule=schedule)
    return [learning_rate(options, losses[:done]) for done in range(len(losses))]


def test_constant():
    assert rates("constant", [3.0, 2.0, 1.0]) == [1.0, 1.0, 1.0]


def test_cosine_falls_from_all_to_almost_nothing():
    assert rates("cosine", [0.0] * 4) == pytest.approx([1.0, 0.853553, 0.5, 0.146447], abs=1e-6)


def test_plateau_divides_by_ten_after_half_the_patience():
    assert rates("plateau", [3.0, 2.0, 2.0, 2.5, 1.0]) == pytest.approx([1, 1, 1, 1, 0.1])


@pytest.mark.parametrize(
    ("losses", "found"),
    [([], 0), ([1.0, 1.0], 0), ([1.0, 1.0, 1.0], 1), ([1.0, 2.0, 0.5, 2.0, 2.0, 0.6, 0.7], 2)],
)
def test_plateaus_are_counted(losses, found):
    assert plateaus(losses, patience=2) == found
