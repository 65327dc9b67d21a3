"""Features, labels and the processors between them and a model."""
