import numpy as np
import pytest
import torch
from tests.models.neural.samples import make_samples, split_samples
from torch import nn

from vn30_training.models.contract import Prediction
from vn30_training.models.lstm import LSTM, LSTMOptions
from vn30_training.models.neural.preflight import check_network, training_bytes
from vn30_training.models.tft import TFT, TFTOptions

ROWS, FEATURES = 64, 5


class Network(nn.Module):
    """A healthy one: two layers; the tests spoil one thing each."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(FEATURES, 16)
        self.last = nn.Linear(16, 1)

    def forward(self, x):
        return self.last(torch.relu(self.first(x))).squeeze(-1)


class Unused(Network):
    def __init__(self) -> None:
        super().__init__()
        self.spare = nn.Linear(2, 2)


class Blind(Network):
    def forward(self, x):
        return super().forward(torch.ones_like(x))


class Forgetting(Network):
    def __init__(self) -> None:
        super().__init__()
        self.dropout = nn.Dropout(0.9)

    def forward(self, x):
        return self.last(self.dropout(torch.relu(self.first(x)))).squeeze(-1)


def examine(network, label=None, **options):
    """Return the checks of a network that is to learn made-up numbers, by name."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(ROWS, FEATURES, generator=generator)
    label = torch.randn(ROWS, generator=generator) if label is None else label
    checks = check_network(
        network,
        lambda rows: (network(x[rows]) - label[rows]).square(),
        lambda rows: Prediction(network(x[rows]).detach().double().numpy()),
        label,
        torch.arange(ROWS),
        **options,
    )
    return {check.name: check for check in checks}


def failed(checks):
    return {name for name, check in checks.items() if not check.passed}


@pytest.fixture(autouse=True)
def _seed():
    with torch.random.fork_rng([]):
        torch.manual_seed(0)
        yield


def test_a_healthy_network_passes():
    checks = examine(Network())
    assert list(checks) == [
        *("first weights", "one batch", "finite gradients", "gradients"),
        "overfits one batch",
    ]
    assert not failed(checks)


def test_dropout_does_not_keep_a_network_from_learning_by_heart():
    assert not failed(examine(Forgetting()))


def test_a_dead_relu_is_named():
    network = Network()
    nn.init.constant_(network.first.bias, -1e3)
    checks = examine(network)
    assert failed(checks) == {"gradients", "overfits one batch"}
    detail = checks["gradients"].detail
    assert "first.weight, first.bias" in detail
    assert "get no gradient" in detail


def test_a_frozen_parameter_is_named():
    network = Network()
    network.first.weight.requires_grad_(False)
    checks = examine(network)
    assert checks["gradients"].detail.startswith("first.weight get no gradient")


def test_an_unused_parameter_is_named_unless_the_inputs_cannot_reach_it():
    assert "spare.weight, spare.bias" in examine(Unused())["gradients"].detail
    assert not failed(examine(Unused(), resting=("spare.",)))


def test_nan_weights_are_named_before_anything_is_computed():
    network = Network()
    with torch.no_grad():
        network.last.weight[0, 3] = torch.nan
    checks = examine(network)
    assert list(checks) == ["first weights"]
    assert checks["first weights"].detail == "last.weight are not all finite"


def test_an_infinite_loss_stops_the_checks():
    label = torch.zeros(ROWS)
    label[5] = torch.inf
    checks = examine(Network(), label)
    assert failed(checks) == {"one batch"}
    assert "overfits one batch" not in checks


def test_infinite_gradients_are_named():
    class Root(Network):
        def forward(self, x):
            # The root of zero is zero, its slope is not finite.
            return super().forward(x) + (self.last.bias * 0).sqrt()

    assert "last.bias" in examine(Root())["finite gradients"].detail


@pytest.mark.parametrize("begin", [0.0, 100.0], ids=["near", "far from its labels"])
def test_a_network_that_ignores_its_inputs_cannot_overfit(begin):
    network = Blind()
    nn.init.constant_(network.last.bias, begin)
    checks = examine(network)
    assert failed(checks) == {"overfits one batch"}
    assert "a correlation of 0.00" in checks["overfits one batch"].detail


def test_a_constant_without_parameters_in_its_loss_is_told_not_raised():
    class Constant(Network):
        def forward(self, x):
            return torch.zeros(len(x))

    checks = examine(Constant())
    assert failed(checks) == {"gradients", "overfits one batch"}


@pytest.mark.parametrize("symbols", [1, 3])
@pytest.mark.parametrize(
    ("family", "options"),
    [
        (LSTM, LSTMOptions(hidden_size=8, device="cpu")),
        (LSTM, LSTMOptions(hidden_size=8, precision="bfloat16", device="cpu")),
        (TFT, TFTOptions(hidden_size=8, decoder_length=2, dropout=0.3, device="cpu")),
    ],
)
def test_networks_of_the_project_are_healthy(family, options, symbols):
    train, valid = split_samples(make_samples(symbols=symbols, days=150, signal=0.0))
    checks = {check.name: check for check in family.preflight(train, valid, options, seed=0)}
    assert failed(checks) == set()
    assert {"gradients", "overfits one batch", "predicts", "reloads"} <= set(checks)


def test_the_same_seed_tells_the_same():
    train, valid = split_samples(make_samples())
    told = [list(LSTM.preflight(train, valid, LSTMOptions(device="cpu"), 1)) for _ in range(2)]
    assert told[0] == told[1]


def test_a_sick_family_is_caught_through_its_own_trial():
    class FrozenHead(LSTM):
        def _build(self):
            network = super()._build()
            network.head.requires_grad_(False)
            return network

    train, valid = split_samples(make_samples())
    checks = {c.name: c for c in FrozenHead.preflight(train, valid, LSTMOptions(device="cpu"), 0)}
    assert "head.weight, head.bias" in checks["gradients"].detail


def test_only_the_static_context_of_a_tft_may_rest_and_only_where_nothing_is_static():
    for symbols, resting in [(1, 19), (3, 0)]:
        train, _ = split_samples(make_samples(symbols=symbols))
        model = TFT(TFTOptions(device="cpu"), TFT._inputs(train))
        names = [name for name, _ in model.network.named_parameters()]
        found = [name for name in names if name.startswith(model._resting())]
        assert len(found) >= resting
        assert bool(found) == bool(resting)
        assert all("context" in name for name in found)


def test_memory_of_a_batch_grows_by_what_its_rows_keep():
    network = nn.Linear(FEATURES, 3, bias=False)
    x = torch.randn(ROWS, FEATURES)

    def losses(rows):
        return network(x[rows]).square().sum(1)

    small, large = (training_bytes(network, losses, torch.arange(n)) for n in (16, 48))
    # A row's window, its three outputs, and nothing else.
    assert large - small == 32 * (FEATURES + 3) * 4
    state = 5 * network.weight.nbytes
    assert small - state - network.weight.nbytes <= 16 * (FEATURES + 3) * 4


def test_memory_of_a_network_counts_the_table_weights_and_windows():
    train, _ = split_samples(make_samples(days=200, features=8))
    options = LSTMOptions(device="cpu", steps=20, batch_size=64)
    need = LSTM.working_bytes(train, options)
    weights = sum(p.nbytes for p in LSTM(options, LSTM._inputs(train)).network.parameters())
    windows = np.float32().nbytes * 64 * 20 * 8
    assert need > train.features.nbytes + 5 * weights + windows
    bigger = LSTM.working_bytes(train, options.model_copy(update={"batch_size": 128}))
    assert 1.2 < bigger / need < 2.0
