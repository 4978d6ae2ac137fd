"""Runs that were made: which is the latest, what they measured, what changed between two, and several made one."""
