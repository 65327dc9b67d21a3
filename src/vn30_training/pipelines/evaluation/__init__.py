"""Evaluation: what the stitched forecasts are worth, how sure that is, and the report of it."""

from vn30_training.pipelines.evaluation.pipeline import create_pipeline

__all__ = ["create_pipeline"]
