from datetime import datetime

import numpy as np
import pandas as pd

from vn30_training.market import vintage
from vn30_training.market.quality import QualityOptions
from vn30_training.market.reading import ReadResult
from vn30_training.market.simulated import SimulatedMarketOptions
from vn30_training.pipelines.data import nodes
from vn30_training.pipelines.forecast.nodes import left_out

SYMBOLS = ("FPT", "VCB")
ROWS = 300


def read(jump=1.0):
    """Return the files of two symbols; ``jump`` changes one return in the middle of VCB's past."""
    days = pd.bdate_range(end="2025-08-25", periods=ROWS).astype("datetime64[us]")
    tables = []
    for seed, symbol in enumerate(SYMBOLS):
        moves = np.random.default_rng(seed).normal(0, 0.01, ROWS)
        close = 50_000 * np.exp(moves.cumsum())
        close[ROWS // 2 :] *= jump if symbol == "VCB" else 1.0
        bars = {"open": close, "high": close * 1.01, "low": close * 0.99, "close": close}
        tables.append(pd.DataFrame({"symbol": symbol, "date": days, **bars, "volume": 1e6}))
    prices = pd.concat(tables, ignore_index=True).assign(source_file="x.csv", source_row=1)
    prices["volume"] += np.arange(len(prices))
    return ReadResult(prices, source="folder")


def check(jump, accept, previous=None):
    return nodes.check_prices(
        read_prices=lambda symbols: read(jump),
        members=None,
        previous=previous or vintage.fingerprint(read().prices, source="folder"),
        clock=datetime(2025, 8, 26, 9),
        universe={"symbols": {name: {"sector": "Banks"} for name in SYMBOLS}},
        simulation=SimulatedMarketOptions(),
        quality=QualityOptions(),
        accept_vintage=accept,
    )


def levels(checked):
    return [one["level"] for one in checked["quality"]["issues"] if one["code"] == "D014"]


def test_a_changed_past_leaves_the_symbol_out_and_stays_known_by_the_old_one():
    checked = check(jump=0.97, accept=False)
    assert set(checked["prices"]["symbol"]) == {"FPT"}
    assert set(checked["quality"]["excluded"]) == {"VCB"}
    assert levels(checked) == ["error"]
    kept = vintage.fingerprint(read().prices, source="folder")
    past = vintage.content(vintage.fingerprint(checked["prices"]))
    assert checked["vintage"] == {**kept, "past": past}


def test_an_accepted_past_is_told_but_excludes_and_refuses_nothing():
    checked = check(jump=0.97, accept=True)
    assert set(checked["prices"]["symbol"]) == set(SYMBOLS)
    assert checked["quality"]["excluded"] == {}
    assert levels(checked) == ["warning"]
    assert left_out(checked["quality"], checked["prices"]["date"].max()) == []
    known = vintage.fingerprint(read(0.97).prices, source="folder")
    assert checked["vintage"] == {**known, "past": vintage.content(known)}


def test_a_past_that_only_goes_on_keeps_its_name():
    first = check(jump=1.0, accept=False)["vintage"]
    assert check(jump=1.0, accept=False, previous={**first, "past": "known"})["vintage"] == {
        **first,
        "past": "known",
    }
    changed = check(jump=0.97, accept=True, previous={**first, "past": "known"})
    assert changed["vintage"]["past"] != "known"
