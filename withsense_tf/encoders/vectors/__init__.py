"""Vectors that were computed, kept on disk."""
