"""The leakage audit: the user's data and every family, held against a changed future."""

from vn30_training.pipelines.audit.pipeline import create_pipeline

__all__ = ["create_pipeline"]
