"""Pages that show what was measured: how good the search is, and how the law is kept."""
