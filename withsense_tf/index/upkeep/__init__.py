"""What changes an index, and what looks after it."""
