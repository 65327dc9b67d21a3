"""A figure with the words that say how to read it, and its place in a page."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

import plotly.graph_objects as go

from vn30_training.reporting.pages import embedded

Drawn = TypeVar("Drawn")


@dataclass(frozen=True, slots=True)
class Chart(Generic[Drawn]):
    """A figure, its heading, how to read it, and what doing nothing would show."""

    title: str
    reading: str
    nothing: str
    draw: Callable[[Drawn], go.Figure]


@dataclass(frozen=True, slots=True)
class Panel:
    """A figure in its place in the page."""

    name: str
    title: str
    reading: str
    nothing: str
    height: int
    least_width: int
    json: str


def draw_all(charts: Mapping[str, Chart[Drawn]], drawn: Drawn) -> dict[str, go.Figure]:
    """Return every figure by name; a figure without data says so."""
    return {name: chart.draw(drawn) for name, chart in charts.items()}


def panels_of(charts: Mapping[str, Chart[Drawn]], drawn: Drawn) -> dict[str, Panel]:
    """Return every figure by name with its words, ready for a page."""
    figures = draw_all(charts, drawn)
    return {name: panel(name, figures[name], chart) for name, chart in charts.items()}


def panel(name: str, figure: go.Figure, chart: Chart[Drawn]) -> Panel:
    """Return a figure with its words; the page adds the template, light or dark."""
    content = json.loads(figure.to_json())
    content["layout"].pop("template", None)
    return Panel(
        name=name,
        title=chart.title,
        reading=chart.reading,
        nothing=chart.nothing,
        height=int(figure.layout.height),
        least_width=int(figure.layout.meta["least_width"]),
        json=embedded(content),
    )
