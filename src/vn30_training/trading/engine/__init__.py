"""The rules of a session as compiled functions, shared by backtests, order lists and agents."""

from __future__ import annotations

from pathlib import Path


def _forget_stale(folder: Path) -> None:
    """Remove compiled functions older than any source: numba looks at a function's own file only.

    Without this a change of one rule would not reach the functions of other modules that call it.
    """
    sources = [*folder.glob("*.py"), folder.parent / "reasons.py"]
    newest = max(source.stat().st_mtime_ns for source in sources)
    for index in folder.glob("__pycache__/*.nbi"):
        try:
            if index.stat().st_mtime_ns < newest:
                index.unlink()
        except OSError:
            # Another process removed it, or nobody may: then it cannot be written anew either.
            continue


_forget_stale(Path(__file__).parent)
