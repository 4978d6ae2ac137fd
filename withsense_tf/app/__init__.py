"""The API over an index, and what its web page stands on."""
