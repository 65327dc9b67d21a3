"""One model family: its instances on every scope, and the board that gathers them."""

from vn30_training.pipelines.family.pipeline import create_pipeline

__all__ = ["create_pipeline"]
