"""Figures of the report, one idea per module; each draws a table and computes nothing of its own."""
