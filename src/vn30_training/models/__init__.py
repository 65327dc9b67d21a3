"""Model families, what they have in common, and their files."""
