import math
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from vn30_training.models.neural.checkpoint import read_weights
from vn30_training.models.neural.options import TrainerOptions
from vn30_training.models.neural.trainer import Trainer

TRAIN, VALID = torch.arange(64), torch.arange(64, 96)


def make_network(dropout=0.3):
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Dropout(dropout), nn.Linear(8, 1))


def make_losses(network):
    generator = torch.Generator().manual_seed(1)
    inputs = torch.randn(96, 3, generator=generator)
    target = inputs[:, 0] - 0.5 * inputs[:, 1]
    return lambda rows: (network(inputs[rows]).squeeze(-1) - target[rows]).square()


def make_trainer(checkpoint=None, dropout=0.3, **options):
    network = make_network(dropout)
    defaults = {"epochs": 6, "batch_size": 16, "learning_rate": 1e-2, "device": "cpu"}
    options = TrainerOptions(**{**defaults, **options})
    return Trainer(network, make_losses(network), options, seed=3, checkpoint=checkpoint)


def same(first, second):
    return first.keys() == second.keys() and all(torch.equal(first[k], second[k]) for k in first)


def test_it_learns():
    trainer = make_trainer(epochs=60, patience=60, dropout=0.0)
    progress = trainer.fit(TRAIN, VALID)
    assert progress.best_loss < 0.1 * progress.curve[0]["valid_loss"]
    assert progress.failure is None


def test_the_best_weights_are_left_in_the_network():
    trainer = make_trainer(epochs=30, learning_rate=0.3)
    progress = trainer.fit(TRAIN, VALID)
    losses = [record["valid_loss"] for record in progress.curve]
    assert progress.best_loss == min(losses)
    assert progress.best_epoch == losses.index(min(losses)) + 1
    assert trainer._valid_loss(VALID) == progress.best_loss


def test_it_stops_after_so_many_epochs_without_a_better_loss():
    progress = make_trainer(epochs=200, patience=3, learning_rate=0.5).fit(TRAIN, VALID)
    assert progress.epoch == progress.best_epoch + 3 < 200


def test_the_curve_tells_rate_and_gradients():
    record = make_trainer(epochs=1).fit(TRAIN, VALID).curve[0]
    assert set(record) == {
        "epoch",
        "train_loss",
        "valid_loss",
        "learning_rate",
        "gradient_norm",
        "gradient_norm_max",
    }
    assert 0 < record["gradient_norm"] <= record["gradient_norm_max"]


def test_the_start_counts_only_if_asked():
    start = read_weights(make_network())
    kept = make_trainer(learning_rate=30.0, patience=2)
    assert kept.fit(TRAIN, VALID, keep_start=True).best_epoch == 0
    assert same(read_weights(kept.network), start)
    assert make_trainer(learning_rate=30.0, patience=2).fit(TRAIN, VALID).best_epoch > 0


def test_same_seed_same_bytes_and_the_callers_threads_kept():
    threads = torch.get_num_threads()
    first, second = make_trainer(), make_trainer()
    assert first.fit(TRAIN, VALID).curve == second.fit(TRAIN, VALID).curve
    assert same(read_weights(first.network), read_weights(second.network))
    assert torch.get_num_threads() == threads


def test_clipping_bounds_the_step():
    trainer = make_trainer(clip_norm=1e-3)
    trainer.optimizer.zero_grad()
    trainer._backward(TRAIN)
    norm = trainer._clip()
    clipped = torch.cat([p.grad.flatten() for p in trainer.network.parameters()])
    assert norm > 1e-2
    assert clipped.norm() == pytest.approx(1e-3, rel=1e-3)
    trainer = make_trainer(clip_norm=None, clip_value=1e-4)
    trainer.optimizer.zero_grad()
    trainer._backward(TRAIN)
    trainer._clip()
    assert max(p.grad.abs().max() for p in trainer.network.parameters()) <= 1e-4


def test_a_loss_that_is_not_a_number_ends_the_fit_with_the_best_weights():
    trainer = make_trainer(dropout=0.0)
    losses, calls = trainer.losses, []

    def broken(rows):
        calls.append(len(rows))
        return losses(rows) * (math.nan if len(calls) > 15 else 1.0)

    trainer.losses = broken
    progress = trainer.fit(TRAIN, VALID)
    assert "loss became nan in epoch 3" in progress.failure
    assert progress.epoch == 2
    assert all(value.isfinite().all() for value in read_weights(trainer.network).values())


def test_a_batch_too_large_for_memory_is_halved_with_the_same_gradients():
    roomy, tight = make_trainer(dropout=0.0), make_trainer(dropout=0.0)
    losses = tight.losses

    def small_memory(rows):
        if len(rows) > 5:
            raise torch.OutOfMemoryError("out of memory")
        return losses(rows)

    tight.losses = small_memory
    for trainer in (roomy, tight):
        trainer.optimizer.zero_grad()
    expected, (found, _) = roomy._step(TRAIN[:16])[0], tight._step(TRAIN[:16])
    assert tight.progress.batch_limit == 4
    assert found == pytest.approx(expected, rel=1e-5)
    for a, b in zip(roomy.network.parameters(), tight.network.parameters(), strict=True):
        torch.testing.assert_close(a.grad, b.grad)


def test_other_errors_are_not_taken_for_short_memory():
    trainer = make_trainer()

    def broken(rows):
        raise RuntimeError("shapes differ")

    trainer.losses = broken
    with pytest.raises(RuntimeError, match="shapes differ"):
        trainer.fit(TRAIN, VALID)


class StoppedError(Exception):
    pass


def train_until(path, epochs):
    """Train with a checkpoint and stop as a kill would, after so many epochs."""
    trainer = make_trainer(path, schedule="cosine")
    judge = trainer._epoch

    def epoch(train, valid):
        if trainer.progress.epoch == epochs:
            raise StoppedError
        judge(train, valid)

    trainer._epoch = epoch
    with pytest.raises(StoppedError):
        trainer.fit(TRAIN, VALID)


RESUME = """
import sys
from pathlib import Path
from safetensors.torch import save_file
sys.path.insert(0, sys.argv[1])
from tests.models.neural.test_trainer import TRAIN, VALID, make_trainer
from vn30_training.models.neural.checkpoint import read_weights
trainer = make_trainer(Path(sys.argv[2]), schedule="cosine")
progress = trainer.fit(TRAIN, VALID)
assert len(progress.curve) == 6
save_file(read_weights(trainer.network), sys.argv[3])
"""


def test_three_epochs_a_new_process_and_three_more_are_six_epochs(tmp_path):
    whole = make_trainer(schedule="cosine")
    whole.fit(TRAIN, VALID)
    path, result = tmp_path / "fit.safetensors", tmp_path / "resumed.safetensors"
    train_until(path, 3)
    root = str(Path(__file__).resolve().parents[3])
    subprocess.run([sys.executable, "-c", RESUME, root, str(path), str(result)], check=True)
    assert same(load_file(result), read_weights(whole.network))
    assert not path.exists()
