"""What is kept: the tables, vectors and models of an index of photos."""
