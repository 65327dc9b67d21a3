"""Walk-forward validation: every instance at every fold, stitched into one series."""

from vn30_training.pipelines.walk_forward.pipeline import create_pipeline

__all__ = ["create_pipeline"]
