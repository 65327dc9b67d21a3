"""How figures look: one quiet template for light pages, one for dark, colours safe for all eyes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import plotly.graph_objects as go

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
FLOOR = "#8c8a85"
LEAST_WIDTH = 560
# Mid-tones of the Okabe-Ito and Tol palettes: legible on white and on near-black.
PALETTE = (
    "#2f7fc1",
    "#d9730d",
    "#159a80",
    "#b8559b",
    "#a58a00",
    "#7a68c9",
    "#4aa3c7",
    "#a0613a",
)
# The ends leave enough contrast for the numbers written on them.
DIVERGING = {
    "light": ("#a8480a", "#e0a172", "#fbfaf7", "#8db6d9", "#1f66a6"),
    "dark": ("#c0692a", "#6f4526", "#1d2024", "#2b567a", "#3f86c4"),
}
SEQUENTIAL = {
    "light": ("#fbfaf7", "#b9d2e6", "#5f9bca", "#1f5f9b"),
    "dark": ("#1d2024", "#234a68", "#2f6b9c", "#3f8ac4"),
}
INK = {
    "light": {"text": "#33312e", "muted": "#6f6c66", "rule": "#e3e0da", "zero": "#8c8a85"},
    "dark": {"text": "#d9d6d0", "muted": "#9b978f", "rule": "#33363b", "zero": "#85827c"},
}


def colours(families: Iterable[str], kinds: Mapping[str, str]) -> dict[str, str]:
    """Return a colour per family: floors are grey, models take the palette in order of name."""
    models = sorted({family for family in families if kinds.get(family) != "naive"})
    table = {family: PALETTE[i % len(PALETTE)] for i, family in enumerate(models)}
    return {family: table.get(family, FLOOR) for family in sorted(set(families))}


def faded(colour: str, opacity: float) -> str:
    """Return a ``#rrggbb`` colour as rgba with ``opacity``."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def _scale(stops: tuple[str, ...]) -> list[list[float | str]]:
    return [[i / (len(stops) - 1), colour] for i, colour in enumerate(stops)]


def template(mode: str = "light") -> go.layout.Template:
    """Return the template of a mode, ``light`` or ``dark``.

    Figures leave every colour that depends on the page to it, so that the same figure is drawn on
    both by exchanging the template.
    """
    ink = INK[mode]
    axis = {
        "gridcolor": ink["rule"],
        "linecolor": ink["rule"],
        "zerolinecolor": ink["zero"],
        "zerolinewidth": 1,
        "gridwidth": 0.5,
        "ticks": "",
        "tickfont": {"color": ink["muted"], "size": 11},
        "title": {"font": {"color": ink["muted"], "size": 12}, "standoff": 8},
        "automargin": True,
    }
    return go.layout.Template(
        layout={
            "font": {"family": FONT, "size": 12, "color": ink["text"]},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "colorscale": {
                "diverging": _scale(DIVERGING[mode]),
                "sequential": _scale(SEQUENTIAL[mode]),
            },
            "xaxis": axis,
            "yaxis": axis,
            "hoverlabel": {"font": {"family": FONT, "size": 12}, "align": "left"},
            "shapedefaults": {"line": {"color": ink["zero"], "width": 1}},
            "annotationdefaults": {
                "font": {"color": ink["muted"], "size": 11},
                "showarrow": False,
            },
            "margin": {"l": 8, "r": 8, "t": 28, "b": 8},
            "legend": {
                "orientation": "h",
                **{"x": 1, "xanchor": "right", "y": 1, "yanchor": "top", "yref": "container"},
            },
        }
    )


def dress(made: go.Figure, height: int, least_width: int = LEAST_WIDTH) -> go.Figure:
    """Give a figure this look; on narrower pages than ``least_width`` it is scrolled."""
    made.update_layout(
        template=template(), height=height, showlegend=False, meta={"least_width": least_width}
    )
    return made


def figure(height: int, least_width: int = LEAST_WIDTH) -> go.Figure:
    """Return an empty figure of this look."""
    return dress(go.Figure(), height, least_width)


def empty(message: str) -> go.Figure:
    """Return a figure that says why there is nothing to see."""
    made = figure(90)
    made.update_xaxes(visible=False)
    made.update_yaxes(visible=False)
    made.add_annotation(text=message, x=0, y=0.5, xref="paper", yref="paper", xanchor="left")
    return made
