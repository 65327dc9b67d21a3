"""vnstock, in a process of the user's own Python, as its licence and its manners ask for.

The package is never imported here: it ends the process that asks too often, writes files into the
working folder and prints advertisements. Its opt-outs are set, the folder is a temporary one, what
it prints is ignored and the result is read from a file. The user's home stays his, as there lie
the key and the device registration that the licence wants.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from datetime import date
from pathlib import Path

import pandas as pd

from vn30_training.market.connectors.source import COLUMNS, SourceError

OPT_OUTS = {"VNSTOCK_DISABLE_AGENT_SETUP": "1", "VNSTOCK_TELEMETRY": "off"}

_SCRIPT = """
import json, sys
request = json.loads(sys.argv[1])
try:
    from vnstock import Quote
    quote = Quote(source=request["source"], symbol=request["symbol"], show_log=False)
    bars = quote.history(start=request["first"], end=request["last"], interval="1D")
    bars.to_csv(request["result"], index=False)
except BaseException as error:  # too many calls end in SystemExit
    with open(request["failure"], "w", encoding="utf-8") as file:
        file.write(f"{type(error).__name__}: {error}")
"""

_THOUSAND = 1000


class Vnstock:
    """Daily bars of vnstock, adjusted; it gives thousands of VND.

    Parameters
    ----------
    python
        The Python in which the user installed vnstock, having accepted its licence.
    source
        Which of its sources to ask.
    seconds
        How long one symbol may take.
    """

    name = "vnstock"
    calls_a_minute = 15

    def __init__(self, python: str, source: str = "kbs", seconds: float = 120) -> None:
        self._python, self._source, self._seconds = python, source, seconds

    def fetch(self, symbol: str, first: date, last: date) -> pd.DataFrame:
        """Return the bars of a symbol."""
        with tempfile.TemporaryDirectory() as folder:
            result, failure = Path(folder) / "result.csv", Path(folder) / "failure.txt"
            request = {
                "source": self._source,
                "symbol": symbol,
                "first": str(first),
                "last": str(last),
                "result": str(result),
                "failure": str(failure),
            }
            status = self._run(request, Path(folder))
            if failure.is_file():
                raise SourceError(failure.read_text(encoding="utf-8"))
            if not result.is_file():
                raise SourceError(f"vnstock's process ended with {status} and no result.")
            bars = pd.read_csv(result).rename(columns={"time": "date"})
        prices = list(COLUMNS[1:5])
        bars[prices] = (bars[prices] * _THOUSAND).round(2)
        return bars

    def _run(self, request: dict[str, str], folder: Path) -> int:
        try:
            process = subprocess.run(
                [self._python, "-c", _SCRIPT, json.dumps(request)],
                cwd=folder,
                env={**os.environ, **OPT_OUTS},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=self._seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise SourceError(f"vnstock gave no answer in {self._seconds:g} seconds.") from None
        except OSError as error:
            raise SourceError(f"{self._python} cannot be run: {error}") from error
        return process.returncode
