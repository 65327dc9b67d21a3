import re
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml
from tests.models.small_market import FEATURES, make_market

from vn30_training.models.forecaster import Forecaster
from vn30_training.models.options import merge_options
from vn30_training.models.registry import discover
from vn30_training.models.scope import Scope
from vn30_training.models.training import train

README = Path(__file__).resolve().parents[2] / "README.md"


def example(name):
    """Return the fenced block that follows the README's comment ``example: name``."""
    pattern = rf"<!-- example: {re.escape(name)} -->\n```\w+\n(.*?)```"
    return re.search(pattern, README.read_text(encoding="utf-8"), re.DOTALL)[1]


@pytest.fixture
def parameters(tmp_path, monkeypatch):
    (tmp_path / "votes.py").write_text(example("votes.py"), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield yaml.safe_load(example("votes.yml").replace("vn30_training.models.votes", "votes"))
    sys.modules.pop("votes", None)


def test_the_readmes_family_is_trained_saved_and_forecasts(parameters, tmp_path):
    assert discover(parameters)["votes"].scopes == ("symbol", "pooled")
    market, scope = make_market(), Scope("pooled")
    entry = {**parameters["votes"], "overrides": {scope.name: {"features": FEATURES}}}
    options = merge_options("votes", entry, scope)
    assert options.options == {"voters": 10}
    forecaster = train(market.features, market.labels, market.split, options, scope)
    forecast = forecaster.forecast(market.features, market.labels, market.rows("test"))
    known = forecast.dropna(subset="y_true")
    assert np.corrcoef(known["score"], known["y_true"])[0, 1] > 0.3
    folder = tmp_path / "model"
    forecaster.save(folder)
    again = Forecaster.load(folder).forecast(market.features, market.labels, market.rows("test"))
    assert forecast.equals(again)
