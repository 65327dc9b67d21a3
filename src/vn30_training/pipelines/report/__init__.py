"""From all forecasts to the leaderboard, the figures and the report."""

from vn30_training.pipelines.report.pipeline import create_pipeline

__all__ = ["create_pipeline"]
