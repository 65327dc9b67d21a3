"""The next session: one row per symbol, family and scope."""

from vn30_training.pipelines.forecast.pipeline import create_pipeline

__all__ = ["create_pipeline"]
