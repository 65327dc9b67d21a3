"""Connectors to sources of prices; each downloads into a folder of ordinary CSV files.

Nothing in a run calls them: ``python -m vn30_training.market.connectors --help``.
"""
