"""Photos by themselves: what can be said of them where nobody has described any."""
