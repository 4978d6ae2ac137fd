"""Figures of merit: pure functions on arrays."""
