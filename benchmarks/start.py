"""How long ``kedro registry list`` takes, against the same with its libraries imported eagerly."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.contest import Claim, Contest, Settings
from benchmarks.project_commands import call, kedro

EAGER = "import lightgbm, mlflow, pytorch_forecasting, torch"


def contests(settings: Settings) -> Iterator[Contest]:
    """Yield the contest of whole commands, from the start of Python to its end."""
    lazy = kedro("registry", "list")
    eager = kedro("registry", "list", before=EAGER)
    listed = call(lazy)
    assert "baseline" in listed
    assert listed == call(eager)
    yield Contest(
        work="kedro registry list, wall",
        equality="both print the same",
        runs={"lazy imports": lambda: call(lazy), "eager imports": lambda: call(eager)},
        claims=(Claim("lazy imports", "eager imports", 0.35),),
        repeats=2 if settings.quick else 5,
    )
