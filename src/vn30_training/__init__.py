"""Train, judge and run forecasting models on the stocks of Vietnam's VN30 index."""

__version__ = "0.1.0"
