"""Who took which photo out of an index for good, or decided on it, and why."""
