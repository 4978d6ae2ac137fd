"""What stands before every request: who may ask, from where, how much, and what is written down of it."""
