"""Measures what the model understands, and writes it down as a page and as JSON."""
