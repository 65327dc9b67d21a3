"""The market's data: formats, checks, calendar, membership, HOSE's rules and a simulated market."""
