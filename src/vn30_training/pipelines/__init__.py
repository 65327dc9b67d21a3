"""Thin Kedro wiring, one folder per pipeline."""
