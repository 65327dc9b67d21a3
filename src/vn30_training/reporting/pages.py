"""Templates of pages, with everything a page needs inside it."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import jinja2

from vn30_training.reporting import formatting


@cache
def page(name: str) -> jinja2.Template:
    """Return a template of this package; what it prints is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("vn30_training.reporting"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= {
        "number": formatting.number,
        "percent": formatting.percent,
        "count": formatting.count,
        "plural": formatting.plural,
    }
    return environment.get_template(name)


def embedded(content: Any) -> str:
    """Return JSON that may stand inside a script element: it can neither end nor open one."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
