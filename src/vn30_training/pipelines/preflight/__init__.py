"""Before training: are options, data, models and the machine fit for it."""

from vn30_training.pipelines.preflight.pipeline import create_pipeline

__all__ = ["create_pipeline"]
