"""Choosing features and options from the training rows of a fold, and from nothing else."""
