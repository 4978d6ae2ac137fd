"""Rows of vectors, and the best of them by inner product; it knows of nothing above it."""
