"""Photos and texts -> vectors."""
