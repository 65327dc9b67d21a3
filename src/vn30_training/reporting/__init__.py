"""Tables, figures and self-contained HTML."""
