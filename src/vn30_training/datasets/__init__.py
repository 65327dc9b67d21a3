"""Kedro datasets: where files meet the catalog."""
