"""What a text says of a child, by rules."""
