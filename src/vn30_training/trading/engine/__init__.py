"""The rules of a session as compiled functions, shared by backtests, order lists and agents."""
