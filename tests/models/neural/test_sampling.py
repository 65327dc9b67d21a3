import torch
from hypothesis import given
from hypothesis import strategies as st

from vn30_training.models.neural.sampling import epoch_batches

ROWS = 3 * torch.arange(100)


@given(batch=st.integers(1, 120), block=st.integers(1, 150), seed=st.integers(0, 2**32 - 1))
def test_an_epoch_visits_every_row_once(batch, block, seed):
    batches = epoch_batches(ROWS, batch, block, None, seed)
    assert all(len(rows) == batch for rows in batches[:-1])
    assert torch.equal(torch.cat(list(batches)).sort().values, ROWS)


def test_blocks_stay_together_and_begin_elsewhere_each_time():
    orders = [torch.cat(list(epoch_batches(ROWS, 10, 8, None, seed))) for seed in range(20)]
    for order in orders:
        breaks = (order.diff() != 3).sum()
        assert 4 <= breaks <= 13
    starts = {int(order[order.diff().ne(3).nonzero()[0, 0] + 1]) % 24 for order in orders}
    assert len(starts) > 3


def test_single_rows_are_shuffled():
    order = torch.cat(list(epoch_batches(ROWS, 10, 1, None, 0)))
    assert (order.diff() == 3).sum() < 10


def test_the_seed_decides_the_order():
    first, again, other = (
        torch.cat(list(epoch_batches(ROWS, 10, 4, None, seed))) for seed in (1, 1, 2)
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_an_epoch_may_be_a_fresh_part_of_the_rows():
    parts = [torch.cat(list(epoch_batches(ROWS, 10, 4, 30, seed))) for seed in (1, 2)]
    assert [len(set(part.tolist())) for part in parts] == [30, 30]
    assert set(parts[0].tolist()) != set(parts[1].tolist())


def test_the_global_random_state_is_left_alone():
    torch.manual_seed(5)
    before = torch.get_rng_state()
    epoch_batches(ROWS, 10, 4, None, 1)
    assert torch.equal(torch.get_rng_state(), before)
