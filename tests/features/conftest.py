"""Puts this folder on the import path, so that tests below it share `panels`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
