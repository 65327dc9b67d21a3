import numpy as np
from panels import random_panel

from vn30_training.features import alpha158
from vn30_training.features.alpha158 import COLUMNS, FAMILY_OF, NAMES


def test_there_are_158_different_names_in_29_windowed_families():
    assert len(NAMES) == len(set(NAMES)) == 158
    assert len({one.family for one in COLUMNS if one.window}) == 29
    assert set(FAMILY_OF) == set(NAMES)


def test_lookback_is_when_a_feature_first_exists():
    panel = random_panel(1, symbols=1, sessions=70, gaps=0.0, flat=0.0, idle=0.0)
    got = alpha158.compute(panel, engine="bottleneck")
    for column in COLUMNS:
        first = int(np.argmax(np.isfinite(got[column.name])))
        assert first == column.lookback - 1, column.name


def test_linear_dependences_stay_inside_groups():
    panel = random_panel(2, symbols=1, sessions=400, gaps=0.0, flat=0.0, idle=0.0)
    got = alpha158.compute(panel, dtype=np.float64, engine="bottleneck").iloc[60:]
    for n in alpha158.WINDOWS:
        g = {family: got[f"{family}{n}"] for family in ("MA", "BETA", "RESI", "IMXD", "SUMD")}
        np.testing.assert_allclose(g["RESI"], 1 - g["MA"] - g["BETA"] * (n - 1) / 2, atol=1e-12)
        np.testing.assert_allclose(g["IMXD"], got[f"IMAX{n}"] - got[f"IMIN{n}"], atol=1e-12)
        np.testing.assert_allclose(g["SUMD"], 2 * got[f"SUMP{n}"] - 1, atol=1e-12)
        for group in (("MA", "BETA", "RESI"), ("IMXD", "IMAX", "IMIN"), ("SUMD", "SUMP", "SUMN")):
            assert len({FAMILY_OF[f"{family}{n}"] for family in group}) == 1
