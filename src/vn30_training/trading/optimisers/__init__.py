"""How weights are spread over the stocks that a strategy picks."""
