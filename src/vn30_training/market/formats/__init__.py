"""File formats people have on disk; each module knows one thing about them."""
