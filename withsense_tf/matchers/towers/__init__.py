"""Matchers with a tower for photos and one for texts, into one space."""
