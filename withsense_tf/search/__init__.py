"""A text -> photos that fit, or the legal notice, over an index that lives."""
