"""Checksums and kinds: what an index holds is what was written there."""
