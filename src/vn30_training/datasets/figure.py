"""Plotly figures as JSON files that kedro-viz shows."""

from __future__ import annotations

import json
from typing import Any, NewType

from vn30_training.datasets.base import PathDataset
from vn30_training.files import write_text

# kedro-viz knows what to draw from the name of this type.
PlotlyPreview = NewType("PlotlyPreview", dict[str, Any])


class FigureDataset(PathDataset):
    """A plotly figure in one JSON file, written whole or not at all."""

    def load(self) -> Any:
        """Return the figure."""
        from plotly.io import from_json

        return from_json(self.path.read_text(encoding="utf-8"))

    def save(self, data: Any) -> None:
        """Write the figure; ``data`` is a `plotly.graph_objects.Figure`."""
        write_text(self.path, data.to_json(engine="json") + "\n")

    def preview(self) -> PlotlyPreview:
        """Return the figure as kedro-viz draws it."""
        return PlotlyPreview(json.loads(self.path.read_text(encoding="utf-8")))
