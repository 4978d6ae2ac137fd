"""What the readers of the law are taught by; of the source alone."""
