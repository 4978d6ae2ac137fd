"""Questions that were answered once, in experiments/RESULTS.md: part of the source, and not of what is installed."""
