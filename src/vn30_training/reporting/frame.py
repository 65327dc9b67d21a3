"""What every report of a run holds whatever it tells: warnings, leaderboard, troubles, manifest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from plotly.offline import get_plotlyjs

from vn30_training.reporting.figures.theme import template
from vn30_training.reporting.headline import banners, facts
from vn30_training.reporting.leaderboard import column_scale, leaderboard_rows
from vn30_training.reporting.pages import embedded
from vn30_training.reporting.tables import doubts, flatten, troubles

_SHORT = {"increment_over_reversal": "increment"}


def frame(
    leaderboard: pd.DataFrame,
    instances: pd.DataFrame,
    quality: Mapping[str, Any],
    manifest: Mapping[str, Any],
) -> dict[str, Any]:
    """Return what the templates of reports share, by the names they use."""
    return {
        "banners": banners(manifest, quality),
        "facts": facts(manifest),
        "rows": leaderboard_rows(leaderboard),
        "zero": {
            name: column_scale(leaderboard.rename(columns=_SHORT), name).place(0.0)
            for name in ("rank_ic", "increment")
        },
        "troubles": troubles(instances),
        "doubts": doubts(instances),
        "instances": len(instances),
        "manifest": flatten(manifest),
        "themes": embedded({mode: template(mode).to_plotly_json() for mode in ("light", "dark")}),
        "plotly": get_plotlyjs(),
    }
