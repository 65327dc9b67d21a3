"""What is wanted of a portfolio at each decision, from forecasts and the past."""
