"""Matchers on the photo's and the text's vector side by side, or multiplied."""
