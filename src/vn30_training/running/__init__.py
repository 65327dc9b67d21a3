"""Runners that keep every core busy and redo nothing that is done and unchanged."""
