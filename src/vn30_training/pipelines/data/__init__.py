"""From a source of prices to features, labels and a split."""

from vn30_training.pipelines.data.pipeline import create_pipeline

__all__ = ["create_pipeline"]
