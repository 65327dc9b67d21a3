"""Tomorrow's orders from today's forecasts and what is held."""

from vn30_training.pipelines.orders.pipeline import create_pipeline

__all__ = ["create_pipeline"]
