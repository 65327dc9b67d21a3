import pytest

from vn30_training.features import alpha158, signals
from vn30_training.features.sets import SETS, resolve

AVAILABLE = (*alpha158.NAMES, *signals.NAMES)


def test_sequence_models_read_twenty_columns_in_the_tables_order():
    columns = resolve("sequence20", AVAILABLE)
    assert len(columns) == 20
    assert columns[0] == "KLEN"
    assert set(columns) == set(SETS["sequence20"]) == set(SETS["alpha158_20"])


def test_sets_and_columns_mix_and_come_once():
    assert resolve(["signals", "KMID", "SIG_REV1"], AVAILABLE) == ("KMID", *signals.NAMES)
    assert resolve("KMID", AVAILABLE) == ("KMID",)


def test_named_sets_do_without_vwap_but_a_column_does_not():
    without = tuple(name for name in AVAILABLE if name != "VWAP0")
    assert resolve("alpha158", without) == tuple(n for n in alpha158.NAMES if n != "VWAP0")
    assert resolve("alpha158", AVAILABLE) == alpha158.NAMES
    with pytest.raises(ValueError, match="VWAP0"):
        resolve(["VWAP0"], without)


def test_unknown_names_are_refused_with_the_nearest():
    with pytest.raises(ValueError, match="did you mean 'alpha158'"):
        resolve("alpha185", AVAILABLE)
    with pytest.raises(ValueError, match="did you mean 'KMID'"):
        resolve(["KMIDD"], AVAILABLE)
    with pytest.raises(ValueError, match="KMID"):
        resolve("alpha158", AVAILABLE[1:])
    with pytest.raises(ValueError, match="No features"):
        resolve([], AVAILABLE)
