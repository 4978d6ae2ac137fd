"""What is in a folder: a report of tables and pictures."""
