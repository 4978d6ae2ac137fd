"""How fast it is: photos and texts into vectors, search, and the start of a command."""
