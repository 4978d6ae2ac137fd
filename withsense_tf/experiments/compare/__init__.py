"""The comparison of matchers: what is run, how, and what is left of it."""
