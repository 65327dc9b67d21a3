"""The network against pytorch-forecasting's own, with the same weights."""

import subprocess
import sys
import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from tests.models.neural.samples import make_samples, split_samples

from vn30_training.models.contract import QUANTILES
from vn30_training.models.neural.tft_network import embedding_size
from vn30_training.models.tft import KNOWN, TFT, TFTOptions, calendar_codes, pinball

SYMBOLS, DAYS, ENCODER, HIDDEN = 3, 40, 5, 8


@pytest.fixture(scope="module")
def pf():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("pytorch_forecasting")


@pytest.fixture(scope="module", params=[1, 3], ids=["one-step", "three-steps"])
def model(request):
    train, valid = split_samples(make_samples(SYMBOLS, DAYS))
    options = TFTOptions(
        encoder_length=ENCODER,
        decoder_length=request.param,
        hidden_size=HIDDEN,
        epochs=1,
        dropout=0.0,
    )
    return TFT.fit(train, valid, options, seed=0)


def make_dataset(pf, data, model):
    """Return pytorch-forecasting's view of the same table."""
    known = calendar_codes(data.date)
    table = pd.DataFrame(data.features, columns=list(data.feature_names)).assign(
        symbol=np.array(data.symbol_names)[data.symbol],
        sector=np.array(data.sector_names)[data.sector],
        label=data.label,
        time=np.tile(np.arange(DAYS), SYMBOLS),
        **{name: known[:, i].astype(str) for i, name in enumerate(KNOWN)},
    )
    encoders = {}
    for name in ("symbol", "sector"):
        encoders[name] = pf.data.NaNLabelEncoder(add_nan=True).fit(pd.Series(model.inputs[name]))
    for name, size in KNOWN.items():
        encoders[name] = pf.data.NaNLabelEncoder()
        encoders[name].classes_ = {str(i): i for i in range(size)}
        encoders[name].classes_vector_ = np.array([str(i) for i in range(size)])
    steps = model.options.decoder_length
    return pf.TimeSeriesDataSet(
        table,
        time_idx="time",
        target="label",
        group_ids=["symbol"],
        min_encoder_length=ENCODER,
        max_encoder_length=ENCODER,
        min_prediction_length=steps,
        max_prediction_length=steps,
        static_categoricals=["symbol", "sector"],
        time_varying_known_categoricals=list(KNOWN),
        time_varying_unknown_reals=list(data.feature_names),
        categorical_encoders=encoders,
        scalers=dict.fromkeys(data.feature_names),
        target_normalizer=pf.data.TorchNormalizer(method="identity"),
    )


def make_peer(pf, data, model):
    """Return pytorch-forecasting's network, a batch for it, and the rows that batch is made at."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset = make_dataset(pf, data, model)
        peer = pf.TemporalFusionTransformer.from_dataset(
            dataset,
            hidden_size=HIDDEN,
            attention_head_size=model.options.attention_heads,
            dropout=0.0,
            hidden_continuous_size=model.options.hidden_continuous_size,
            output_size=len(QUANTILES),
            loss=pf.QuantileLoss(list(QUANTILES)),
        )
        batch, _ = next(iter(dataset.to_dataloader(train=False, batch_size=10_000)))
    index = dataset.decoded_index
    symbol = index["symbol"].map(data.symbol_names.index).to_numpy()
    rows = symbol * DAYS + index["time_idx_first_prediction"].to_numpy() - 1
    return peer, batch, torch.tensor(rows)


def test_forecasts_are_those_of_pytorch_forecasting(pf, model):
    data = make_samples(SYMBOLS, DAYS)
    peer, batch, rows = make_peer(pf, data, model)
    peer.load_state_dict(model.network.state_dict())
    peer.eval()
    with torch.no_grad():
        expected = peer(batch)
        found = model.network(model._windows(model._table(data), rows))
    assert len(rows) > 80
    torch.testing.assert_close(found.quantiles, expected["prediction"], rtol=0, atol=1e-5)
    torch.testing.assert_close(
        found.attention, expected["encoder_attention"].mean(2), rtol=0, atol=1e-5
    )
    torch.testing.assert_close(
        found.decoder_weights, expected["decoder_variables"].squeeze(-2), rtol=0, atol=1e-5
    )


def test_its_weights_go_into_ours(pf, model):
    data = make_samples(SYMBOLS, DAYS)
    peer, batch, rows = make_peer(pf, data, model)
    other = TFT(model.options, model.inputs)
    other.network.load_state_dict(peer.state_dict())
    peer.eval()
    with torch.no_grad():
        found = other.network(other._windows(other._table(data), rows))
        torch.testing.assert_close(found.quantiles, peer(batch)["prediction"], rtol=0, atol=1e-5)


def test_gradients_are_those_of_pytorch_forecasting(pf, model):
    data = make_samples(SYMBOLS, DAYS)
    peer, batch, rows = make_peer(pf, data, model)
    other = TFT(model.options, model.inputs)
    other.network.double().train()
    peer.double().train()
    peer.load_state_dict(other.network.state_dict())
    batch = {
        k: v.double() if torch.is_tensor(v) and v.is_floating_point() else v
        for k, v in batch.items()
    }
    table = other._table(data)
    table = replace(table, features=table.features.double(), label=table.label.double())
    label = torch.stack([table.label[rows + k] for k in range(other.options.decoder_length)], 1)
    pinball(peer(batch)["prediction"], label).mean().backward()
    found = other.network(other._windows(table, rows)).quantiles
    pinball(found, label).mean().backward()
    expected = {name: p.grad for name, p in peer.named_parameters()}
    for name, parameter in other.network.named_parameters():
        torch.testing.assert_close(parameter.grad, expected[name], rtol=1e-9, atol=1e-12)


def test_the_loss_is_pytorch_forecastings(pf):
    generator = torch.Generator().manual_seed(0)
    forecast = torch.randn(5, 3, len(QUANTILES), generator=generator)
    label = torch.randn(5, 3, generator=generator)
    expected = pf.QuantileLoss(list(QUANTILES)).loss(forecast, label).mean(-1)
    torch.testing.assert_close(pinball(forecast, label), expected)


@pytest.mark.parametrize("categories", [1, 2, 3, 7, 12, 31, 500])
def test_embeddings_are_as_wide_as_pytorch_forecastings(pf, categories):
    from pytorch_forecasting.utils import get_embedding_size

    assert embedding_size(categories) == get_embedding_size(categories)


def test_neither_lightning_nor_the_package_is_imported():
    code = (
        "import sys, vn30_training.models.tft as tft\n"
        "tft.TFT(tft.TFTOptions(), {'features': ['A'], 'symbol': [], 'sector': []})\n"
        "heavy = {'lightning', 'pytorch_forecasting', 'sklearn', 'pandas'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
