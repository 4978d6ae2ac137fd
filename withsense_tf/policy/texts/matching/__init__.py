"""Where the patterns of rules match a text."""
