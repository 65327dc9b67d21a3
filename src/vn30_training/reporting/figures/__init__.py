"""Figures of the report, one idea per module: each draws a table it is given."""
