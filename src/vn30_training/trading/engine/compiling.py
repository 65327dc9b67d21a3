"""How the functions of the engine are compiled.

Integer division is the slowest thing they do: they divide only where something is left over.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit

Function = TypeVar("Function", bound=Callable[..., Any])

_OPTIONS: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy", "_nrt": False}


def compiled(function: Function) -> Function:
    """Compile a function that makes no arrays; numba refuses one that does.

    References to the many arrays of a venue and a book are then not counted at every call, which
    would be four fifths of the time of a backtest.
    """
    made: Function = njit(**_OPTIONS)(function)
    return made
