"""Checks of prices: coded findings about single bars, runs of bars, sessions and symbols."""

from vn30_training.market.checks.codes import CODES, REPAIRS, issue

__all__ = ["CODES", "REPAIRS", "issue"]
