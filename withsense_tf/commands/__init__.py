"""The larger commands of the command line."""
