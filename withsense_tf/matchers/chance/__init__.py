"""The chance that the best photo of a search is one that was meant: learned, saved, and asked by a search."""
