import pytest
import torch

from vn30_training.models.neural.device import (
    autocast,
    choose_device,
    deterministic,
    is_out_of_memory,
    seed_epoch,
)


def test_auto_takes_the_gpu_if_there_is_one():
    expected = "cuda" if torch.cuda.is_available() else "cpu"
    assert choose_device("auto").type == expected
    assert choose_device("cpu").type == "cpu"


def test_the_callers_random_state_and_settings_come_back():
    torch.manual_seed(1)
    before = torch.get_rng_state()
    with deterministic(torch.device("cpu")):
        assert torch.are_deterministic_algorithms_enabled()
        torch.rand(3)
    assert torch.equal(torch.get_rng_state(), before)
    assert not torch.are_deterministic_algorithms_enabled()


def test_the_settings_come_back_after_an_error():
    with pytest.raises(KeyError), deterministic(torch.device("cpu")):
        raise KeyError
    assert not torch.are_deterministic_algorithms_enabled()


def test_each_epoch_has_its_own_random_state():
    with deterministic(torch.device("cpu")):
        draws = {
            (seed, epoch): (seed_epoch(seed, epoch), torch.rand(1).item())
            for seed in range(3)
            for epoch in range(3)
        }
        assert len(set(draws.values())) == 9
        assert (seed_epoch(1, 2), torch.rand(1).item()) == draws[1, 2]


def test_autocast_changes_the_forward_only_where_asked():
    a = torch.ones(2, 2)
    with autocast(torch.device("cpu"), "bfloat16"):
        assert (a @ a).dtype == torch.bfloat16
    with autocast(torch.device("cpu"), "float32"):
        assert (a @ a).dtype == torch.float32


def test_out_of_memory_is_told_from_other_errors():
    assert is_out_of_memory(torch.OutOfMemoryError("CUDA out of memory"))
    with pytest.raises(RuntimeError) as error:
        torch.empty(2**60)
    assert is_out_of_memory(error.value)
    assert not is_out_of_memory(RuntimeError("shapes differ"))
