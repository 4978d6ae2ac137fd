"""Judges of photos that learn from captions what a child looks like."""
