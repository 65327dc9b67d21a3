import numpy as np
import pytest
import torch
from tests.models.neural.samples import make_samples, split_samples
from torch import nn

from vn30_training.files import ArtefactError
from vn30_training.models.neural.checkpoint import (
    Progress,
    fit_fingerprint,
    load_checkpoint,
    read_weights,
    save_checkpoint,
    write_weights,
)


def make(seed):
    torch.manual_seed(seed)
    network = nn.Linear(3, 2)
    return network, torch.optim.Adam(network.parameters(), lr=0.1)


def test_network_optimiser_and_progress_come_back(tmp_path):
    network, optimizer = make(0)
    network(torch.ones(1, 3)).sum().backward()
    optimizer.step()
    curve = [{"epoch": 1.0, "valid_loss": 0.1}]
    best = {name: value + 1 for name, value in read_weights(network).items()}
    progress = Progress(best=best, batch_limit=8, curve=curve, best_epoch=1, best_loss=0.1)
    save_checkpoint(tmp_path / "a.safetensors", network, optimizer, progress)

    other, other_optimizer = make(1)
    found = load_checkpoint(tmp_path / "a.safetensors", other, other_optimizer)
    assert found.facts() == progress.facts()
    for name, value in best.items():
        assert torch.equal(found.best[name], value)
        assert torch.equal(read_weights(other)[name], read_weights(network)[name])
    for index, slots in optimizer.state_dict()["state"].items():
        for name, value in slots.items():
            assert torch.equal(other_optimizer.state_dict()["state"][index][name], value)


def test_weights_of_another_network_are_refused():
    network, _ = make(0)
    with pytest.raises(ValueError, match="weight"):
        write_weights(network, {**read_weights(network), "weight": torch.zeros(2, 4)})
    with pytest.raises(ValueError, match="bias"):
        write_weights(network, {"weight": torch.zeros(2, 3)})


def test_shared_parameters_are_kept_once():
    layer = nn.Linear(2, 2)
    network = nn.ModuleDict({"a": layer, "b": layer})
    assert set(read_weights(network)) == {"a.weight", "a.bias"}


def test_a_fingerprint_changes_with_whatever_a_fit_depends_on():
    data = make_samples()
    train, valid = split_samples(data)
    changed, network = make_samples(seed=1), make(0)[0]
    prints = [
        fit_fingerprint(network, train, valid, "x"),
        fit_fingerprint(network, train, valid, "y"),
        fit_fingerprint(make(1)[0], train, valid, "x"),
        fit_fingerprint(network, train.at(train.rows[1:]), valid, "x"),
        fit_fingerprint(network, train, valid.at(valid.rows[1:]), "x"),
        fit_fingerprint(network, changed.at(train.rows), changed.at(valid.rows), "x"),
    ]
    assert len(set(prints)) == len(prints)
    assert prints[0] == fit_fingerprint(network, train, valid.at(np.copy(valid.rows)), "x")


@pytest.mark.parametrize("content", [b"", b"half a file", b"\x08\0\0\0\0\0\0\0{}      "])
def test_a_damaged_checkpoint_is_named(content, tmp_path):
    path = tmp_path / "a.safetensors"
    path.write_bytes(content)
    with pytest.raises(ArtefactError, match=r"a\.safetensors: not a readable checkpoint"):
        load_checkpoint(path, *make(0))
