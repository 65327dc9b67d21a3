"""Backtests: what forecasts are worth in money, under the exchange's rules."""

from vn30_training.pipelines.backtest.pipeline import create_pipeline

__all__ = ["create_pipeline"]
