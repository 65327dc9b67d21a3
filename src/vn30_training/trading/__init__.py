"""From forecasts to money: the exchange, strategies, portfolios, backtests and orders."""
