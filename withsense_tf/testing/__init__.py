"""What a package that adds to this one can test itself with."""
