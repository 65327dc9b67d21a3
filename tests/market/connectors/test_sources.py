"""Each connector against a stand-in of its package, found as the real one would be."""

import os
import sys
from datetime import date
from textwrap import dedent

import pandas as pd
import pytest

from vn30_training.market.connectors.__main__ import main
from vn30_training.market.connectors.source import SourceError
from vn30_training.market.connectors.ssi import Ssi
from vn30_training.market.connectors.vnstock import Vnstock
from vn30_training.market.connectors.yahoo import Yahoo

FIRST, LAST = date(2025, 8, 21), date(2025, 8, 22)


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Write a package's source, to be found by imports of this process and of children."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    for name in [name for name in sys.modules if name.split(".")[0] in ("yfinance", "ssi_sdk")]:
        monkeypatch.delitem(sys.modules, name)

    def write(files):
        for name, source in files.items():
            file = tmp_path / name
            file.parent.mkdir(exist_ok=True)
            file.write_text(dedent(source))

    yield write
    for name in ("yfinance", "ssi_sdk", "ssi_sdk.enums", "ssi_sdk.utils"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize(("connector", "extra"), [(Yahoo, "yahoo"), (Ssi, "ssi")])
def test_a_missing_package_is_named_with_its_extra(connector, extra, monkeypatch):
    monkeypatch.setitem(sys.modules, "yfinance", None)
    monkeypatch.setitem(sys.modules, "ssi_sdk", None)
    with pytest.raises(SourceError, match=rf"pip install 'vn30-training\[{extra}\]'"):
        connector()


def test_yahoo_gives_local_days_and_asks_for_the_last_one_too(package):
    package(
        {
            "yfinance.py": """
        import pandas as pd

        class Ticker:
            def __init__(self, name):
                assert name == "FPT.VN"

            def history(self, start, end, auto_adjust, actions):
                assert (start, end, auto_adjust) == ("2025-08-21", "2025-08-23", True)
                days = pd.DatetimeIndex(["2025-08-21", "2025-08-22"], tz="Asia/Ho_Chi_Minh")
                bars = {"Open": 1.0, "High": 3.0, "Low": 0.5, "Close": 2.0, "Volume": 7}
                return pd.DataFrame(bars, index=days.rename("Date"))
        """
        }
    )
    bars = Yahoo().fetch("FPT", FIRST, LAST)
    assert list(bars.columns) == ["date", "open", "high", "low", "close", "volume"]
    assert bars["date"].tolist() == [pd.Timestamp(FIRST), pd.Timestamp(LAST)]
    assert bars.iloc[0, 1:].tolist() == [1.0, 3.0, 0.5, 2.0, 7]


SSI_SDK = """
from types import SimpleNamespace as Config

class Auth:
    def __init__(self, config):
        assert (config.client_id, config.api_key, config.api_secret) == ("me", "key", "secret")
        self.known = False

    def authenticate(self):
        self.known = True


class Data:
    def __init__(self, auth):
        assert auth.known
        self.market_data = self

    def iter_ohlc(self, symbol, timeframe, first, last):
        assert (symbol, timeframe, first, last) == ("FPT", "1d", "2025/08/21", "2025/08/22")
        for day in ("22/08/2025", "21/08/2025"):
            yield Config(trading_date=day, open_price=100_000, high_price=101_000,
                         low_price=99_000, close_price=100_500, volume=5)
"""

SSI_ENUMS = """
class Timeframe:
    DAY_1 = "1d"
"""

SSI_UTILS = """
from datetime import datetime


def parse_date(text):
    return datetime.strptime(text, "%d/%m/%Y").date()
"""


def test_ssi_uses_the_keys_of_the_environment(package):
    package(
        {
            "ssi_sdk/__init__.py": SSI_SDK,
            "ssi_sdk/enums.py": SSI_ENUMS,
            "ssi_sdk/utils.py": SSI_UTILS,
        }
    )
    keys = {"SSI_CLIENT_ID": "me", "SSI_API_KEY": "key", "SSI_API_SECRET": "secret"}
    bars = Ssi(keys).fetch("FPT", FIRST, LAST)
    assert bars["date"].tolist() == [pd.Timestamp(LAST), pd.Timestamp(FIRST)]
    assert bars.iloc[0, 1:].tolist() == [100_000, 101_000, 99_000, 100_500, 5]
    with pytest.raises(SourceError, match="Set SSI_API_KEY, SSI_API_SECRET"):
        Ssi({"SSI_CLIENT_ID": "me"})


VNSTOCK = """
import os
import pathlib
import pandas as pd

print("Buy our premium plan!" * 10_000)
assert os.environ["VNSTOCK_DISABLE_AGENT_SETUP"] == "1"
assert os.environ["VNSTOCK_TELEMETRY"] == "off"
pathlib.Path("AGENTS.md").write_text("left behind in the working folder")


class Quote:
    def __init__(self, source, symbol, show_log):
        assert source == "kbs"
        self.symbol = symbol

    def history(self, start, end, interval):
        if self.symbol == "OUT":
            raise SystemExit("rate limit exceeded")
        if self.symbol == "DIE":
            os._exit(3)
        if self.symbol == "SLOW":
            import time
            time.sleep(60)
        bars = {"open": 98.8, "high": 99.01, "low": 98.1, "close": 98.85, "volume": 1200}
        return pd.DataFrame({"time": [start, end], **bars})
"""


def test_vnstock_runs_apart_and_its_thousands_become_vnd(package, monkeypatch, tmp_path):
    package({"vnstock.py": VNSTOCK})
    monkeypatch.chdir(tmp_path)
    bars = Vnstock(sys.executable).fetch("FPT", FIRST, LAST)
    assert bars["date"].tolist() == ["2025-08-21", "2025-08-22"]
    assert bars.iloc[0, 1:].tolist() == [98_800, 99_010, 98_100, 98_850, 1200]
    assert "vnstock" not in sys.modules
    assert not (tmp_path / "AGENTS.md").exists()
    assert "VNSTOCK_TELEMETRY" not in os.environ


@pytest.mark.parametrize(
    ("symbol", "message"),
    [
        ("OUT", "SystemExit: rate limit exceeded"),
        ("DIE", "ended with 3 and no result"),
        ("SLOW", "no answer in 3 seconds"),
    ],
)
def test_vnstock_may_end_its_own_process_but_not_ours(package, symbol, message):
    package({"vnstock.py": VNSTOCK})
    with pytest.raises(SourceError, match=message):
        Vnstock(sys.executable, seconds=3).fetch(symbol, FIRST, LAST)


def test_a_python_that_is_not_there_is_named():
    with pytest.raises(SourceError, match="no-such-python cannot be run"):
        Vnstock("no-such-python").fetch("FPT", FIRST, LAST)


def test_the_command_downloads_and_says_what_failed(package, tmp_path, capsys, monkeypatch):
    package({"vnstock.py": VNSTOCK})
    monkeypatch.setattr(Vnstock, "calls_a_minute", 6000)
    folder = tmp_path / "prices"
    order = ["vnstock", "FPT", "OUT", "--folder", str(folder), "--python", sys.executable]
    assert main([*order, "--first", "2025-08-21"]) == 1
    told = capsys.readouterr()
    assert told.out == f"1 downloaded, 0 up to date in {folder}\n"
    assert told.err == "OUT: SourceError: SystemExit: rate limit exceeded\n"
    assert sorted(path.name for path in folder.iterdir()) == [".download.json", "FPT.csv"]


def test_the_command_names_a_missing_package(capsys, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "yfinance", None)
    assert main(["yahoo", "FPT", "--folder", str(tmp_path)]) == 1
    assert "vn30-training[yahoo]" in capsys.readouterr().err
