"""Splits, metrics and the statistics that can say "no better"."""
