"""The reference of all feature columns, written from the data that names them."""

from __future__ import annotations

from vn30_training.features import signals
from vn30_training.features.alpha158.names import COLUMNS

_INTRODUCTION = """# Features

Written by `python -m vn30_training.features.reference`; do not edit by hand.

o, h, l, c, v, w are open, high, low, close, volume and vwap of the session; x[-k] is the value of
k sessions before; dc = c - c[-1], dv = v - v[-1], r = c/c[-1] - 1; N is the window, today included.
Alpha158 is the feature set of Microsoft's qlib; how its `clean` mode (the default) differs from its
`qlib` mode is told in `vn30_training.features.alpha158.compute`. Families that are linear
combinations of each other share a group, and importance is reported per group. VWAP0 is left out
where the prices have no vwap. All columns are float32.

| name | family | group | window | formula | meaning |
| --- | --- | --- | --- | --- | --- |
"""

_SIGNALS = """
## Signals

| name | meaning |
| --- | --- |
"""


def column_reference() -> str:
    """Return a Markdown page with one row per feature."""
    rows = [
        f"| {one.name} | {one.family} | {one.group} | {one.window or ''} "
        f"| `{one.formula}` | {one.meaning} |"
        for one in COLUMNS
    ]
    plain = [f"| {name} | {meaning} |" for name, meaning in signals.MEANINGS.items()]
    return _INTRODUCTION + "\n".join(rows) + "\n" + _SIGNALS + "\n".join(plain) + "\n"


if __name__ == "__main__":
    print(column_reference(), end="")
