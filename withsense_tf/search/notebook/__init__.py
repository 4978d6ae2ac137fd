"""What shows itself in a notebook: a text with the law's marks in it, and a box to search in."""
