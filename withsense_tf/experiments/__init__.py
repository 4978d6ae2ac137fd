"""The questions that the package answers, one module each."""
