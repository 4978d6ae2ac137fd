"""Questions that experiments/RESULTS.md answers: part of the source, and not of what is installed."""
