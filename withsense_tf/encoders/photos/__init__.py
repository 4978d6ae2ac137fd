"""Photos -> vectors, and networks that read photos and texts alike."""
