"""Alpha158: 158 features of price and volume, in qlib's way or clean of its artefacts."""

from vn30_training.features.alpha158.frame import compute
from vn30_training.features.alpha158.names import COLUMNS, FAMILY_OF, NAMES, WINDOWS

__all__ = ["COLUMNS", "FAMILY_OF", "NAMES", "WINDOWS", "compute"]
