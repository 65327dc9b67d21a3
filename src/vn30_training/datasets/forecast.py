"""The forecasts of one instance: a tidy table, empty where the instance failed."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from vn30_training.datasets.frame import FrameDataset

_DATE = pa.timestamp("us")
FORECAST_SCHEMA = pa.schema(
    [("date", _DATE), ("symbol", pa.large_string()), ("trade_date", _DATE), ("label_end", _DATE)]
    + [("fold", pa.int64()), ("family", pa.large_string()), ("scope", pa.large_string())]
    + [("seed", pa.int64()), ("y_true", pa.float64()), ("y_pred", pa.float64())]
    + [("score", pa.float64())]
    + [(f"q{level:02d}", pa.float64()) for level in (5, 10, 25, 50, 75, 90, 95)]
    + [("p_up", pa.float64()), ("member", pa.bool_())]
)
_FAILURE = b"vn30.failure"


class ForecastDataset(FrameDataset):
    """A `FrameDataset` that can say that its instance failed, so that others are still gathered."""

    def __init__(self, *, filepath: str, metadata: dict[str, Any] | None = None) -> None:
        super().__init__(filepath=filepath, metadata=metadata)

    def save_failure(self, reason: str, status: str = "failed") -> None:  # noqa: ARG002
        """Replace the forecasts by an empty table with the tidy columns, and note the reason."""
        schema = FORECAST_SCHEMA.with_metadata({_FAILURE: reason.encode()})
        self._write(schema.empty_table())

    def _exists(self) -> bool:
        return self.path.is_file() and _FAILURE not in (pq.read_schema(self.path).metadata or {})
