"""Predictions and targets -> figures, tables and files."""
